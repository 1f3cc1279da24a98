/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes events in, and moves operations from state to state. */
#include "config.h"

#include <assert.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/actions.h"
#include "lifecycle/asking.h"
#include "lifecycle/attempts.h"
#include "lifecycle/classify.h"
#include "lifecycle/context.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/losses.h"
#include "lifecycle/recorder.h"
#include "lifecycle/resources.h"
#include "lifecycle/result_expiry.h"
#include "lifecycle/verifying.h"
#include "lifecycle/watching.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "monitor/monitor.h"
#include "util/boot.h"

/* Ends what belongs to the state that the operation leaves. */
static void leave(struct operation *operation, enum operation_state next)
{
	event_del(operation->timer);
	if (operation->state == STATE_WAITING && next != STATE_RUNNING)
		scheduler_remove(&operation->operations->scheduler, operation);
	if (operation->state == STATE_VERIFYING)
		verifying_end(operation);
	if (operation->state == STATE_ASKING)
		asking_remove(operation);
	/* What was seen meanwhile is not on record yet. */
	if (operation->state == STATE_DORMANT && next != STATE_ENDING) {
		recorder_set_dormant(operation, false);
		recorder_write(operation, operation->recorded_command);
	}
}

/* The only place that writes a state. */
static void set_state(struct operation *operation, enum operation_state state)
{
	struct operations *operations = operation->operations;
	bool is_changed = operation->state != state;
	bool was_in_flight = operation->state != STATE_DORMANT;
	bool is_in_flight =
		state != STATE_DORMANT && state != STATE_FINISHED && state != STATE_FAILED;

	*(enum operation_state *)&operation->state = state;
	operations->in_flight += (size_t)is_in_flight - (size_t)was_in_flight;
	if (is_changed)
		operations_changed(operations);
}

/* Where EVENT leads now. One that cannot come changes nothing. */
static unsigned next_cell(const struct operation *operation, enum operation_event event)
{
	unsigned cell = table_cell(operation->state, event);

	if (cell == CELL_NEVER)
		log_operation(LOG_LEVEL_ERROR, operation,
			"%s came while it was %s, which cannot be: please report this",
			event_name(event), state_name(operation->state));
	assert(cell != CELL_NEVER);
	return cell;
}

static void enter(
	struct operation *operation, enum operation_state state, enum operation_event event)
{
	while (event != EVENT_NONE) {
		enum operation_state from = operation->state;
		unsigned cell;

		log_operation(LOG_LEVEL_DEBUG, operation, "%s: %s -> %s", event_name(event),
			state_name(from), state_name(state));
		leave(operation, state);
		set_state(operation, state);
		event = actions_enter(operation, from, event);
		if (event == EVENT_NONE)
			break;
		cell = next_cell(operation, event);
		if (cell >= STATE_COUNT)
			break;
		state = (enum operation_state)cell;
	}
}

void lifecycle_handle(struct operation *operation, enum operation_event event)
{
	unsigned cell = next_cell(operation, event);

	if (cell < STATE_COUNT)
		enter(operation, (enum operation_state)cell, event);
}

/* The device of TERMS. One that was kept is no earlier operation's any more. */
static struct device *get_device(struct operations *operations, struct terms *terms)
{
	struct device *device = devices_get(&operations->devices, terms);

	if (device && device->terms != terms && !device->operations[0] && !device->operations[1])
		device_renew(device, terms);
	return device;
}

struct operation *lifecycle_new_operation(struct operations *operations, struct terms *terms)
{
	struct device *device = get_device(operations, terms);
	struct operation *operation = device ? operation_new(operations, device, terms) : NULL;

	if (operation && resources_prepare(operation) < 0) {
		operation_free(operation);
		operation = NULL;
	}
	if (device && !operation)
		losses_drop_device(operations, device);
	if (!operation)
		return NULL;
	/* One story for an operation and its abort. */
	terms_share_memory(terms, device->terms);
	losses_recall(operations, device);
	watching_take(operation);
	device->operations[terms->asked.abort] = operation;
	return operation;
}

void lifecycle_drop_operation(struct operation *operation)
{
	struct operations *operations = operation->operations;
	struct device *device = operation->device;

	device->operations[operation_is_abort(operation)] = NULL;
	resources_release(operation);
	operation_free(operation);
	losses_drop_device(operations, device);
}

/* Adds OPERATION to the list. */
static void add(struct operation *operation)
{
	TAILQ_INSERT_TAIL(&operation->operations->list, operation, link);
	operation->operations->in_flight++;
	operations_changed(operation->operations);
}

void lifecycle_begin(struct operation *operation)
{
	add(operation);
	enter(operation, STATE_LOOKING, EVENT_WANTED);
}

/* Failures of copying must be seen until the orphan is gone. */
void lifecycle_begin_with_orphan(struct operation *operation)
{
	add(operation);
	watching_watch(operation);
	enter(operation, STATE_ENDING, EVENT_ORPHAN_LEFT);
}

void lifecycle_begin_asking(struct operation *operation)
{
	add(operation);
	enter(operation, STATE_ASKING, EVENT_EXIT_UNPROVED);
}

void lifecycle_resume(struct operation *operation, enum operation_state state)
{
	add(operation);
	set_state(operation, state);
	watching_watch(operation);
	if (state == STATE_RUNNING)
		attempts_limit_step(operation);
}

static void run_turns(struct operations *operations)
{
	struct operation *operation;

	while (!operations->is_stopping && !operations->is_taking_over &&
		(operation = scheduler_next(
			 &operations->scheduler, operations->configuration->lvm_max_running)))
		lifecycle_handle(operation, EVENT_TURN);
}

void lifecycle_settle(struct operations *operations)
{
	struct operation *operation;
	bool is_any_over;

	run_turns(operations);
	is_any_over = !TAILQ_EMPTY(&operations->over);
	while ((operation = TAILQ_FIRST(&operations->over))) {
		struct device *device = operation->device;

		TAILQ_REMOVE(&operations->over, operation, link);
		device->operations[operation_is_abort(operation)] = NULL;
		losses_drop_device(operations, device);
		operation_free(operation);
	}
	if (is_any_over)
		results_expire(operations);
}

/* IS_PRESENT: it was seen since watching began; else only that a loss was seen is news. */
static void read_news(
	struct operation *operation, const struct observation *observation, bool is_present)
{
	enum operation_event event;

	if (!operation || !operation_is_alive(operation) || !operation->is_watchable)
		return;
	actions_note_look(operation, observation, is_present);
	recorder_note_stall(operation);
	/* The daemon ends. A loss that is seen now is still noted, for the next daemon. */
	if (operation->operations->is_stopping)
		return;
	event = classify_look(operation, observation, boot_clock_ms());
	if (is_present || event == EVENT_SEES_LOSS)
		lifecycle_handle(operation, event);
}

void lifecycle_on_news(void *context)
{
	struct operations *operations = context;
	struct device *device;

	for (;;) {
		struct observation observation;
		bool is_watched = false;
		unsigned epoch = 0;

		devices_lock(&operations->devices);
		device = devices_take_news_locked(&operations->devices);
		if (device) {
			is_watched = device->watch.is_watched;
			epoch = device->watch.epoch;
		}
		devices_unlock(&operations->devices);
		if (!device)
			break;
		/* When out of memory the names stay as they were. */
		device_copy_observation(device, &observation);
		is_watched = is_watched && observation.epoch == epoch;
		read_news(device->operations[0], &observation, is_watched);
		read_news(device->operations[1], &observation, is_watched);
		observation_release(&observation);
		/* A look that was under way when its operation was over. */
		losses_drop_device(operations, device);
	}
	lifecycle_settle(operations);
}
