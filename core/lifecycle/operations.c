/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of a daemon, as its clients see them. */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/actions.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/operation_log.h"
#include "lifecycle/operations.h"
#include "lifecycle/recorder.h"
#include "lifecycle/results.h"
#include "lifecycle/telling.h"
#include "log/log.h"
#include "loader/plugins.h"
#include "lvm/command.h"
#include "monitor/monitor.h"
#include "records/aside.h"
#include "util/boot.h"

int operations_init(struct operations *operations, struct event_base *base,
	const struct configuration *configuration, void (*changed)(void *context), void *context,
	struct lvmpolld_error *error)
{
	*operations = (struct operations){
		.base = base,
		.configuration = configuration,
		.records.descriptor = -1,
		.handle = lifecycle_handle,
		.settle = lifecycle_settle,
		.changed = changed,
		.context = context,
	};
	TAILQ_INIT(&operations->list);
	TAILQ_INIT(&operations->ended);
	TAILQ_INIT(&operations->asks);
	if (store_init(&operations->polling, "poll") < 0)
		return error_set(error, ENOMEM, "out of memory");
	if (store_init(&operations->aborts, "abort") < 0) {
		store_destroy(&operations->polling);
		return error_set(error, ENOMEM, "out of memory");
	}
	if (devices_init(&operations->devices) < 0) {
		store_destroy(&operations->polling);
		store_destroy(&operations->aborts);
		return error_set(error, ENOMEM, "out of memory");
	}
	operations->has_stores = true;
	if (scheduler_init(&operations->scheduler) < 0)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

/* What runs for them runs on. */
static void forget_all(struct operations *operations)
{
	struct operation *operation;

	asking_destroy(operations);
	while ((operation = TAILQ_FIRST(&operations->list))) {
		scheduler_remove(&operations->scheduler, operation);
		actions_release(operation);
		TAILQ_REMOVE(&operations->list, operation, link);
		TAILQ_INSERT_TAIL(&operations->ended, operation, link);
	}
	lifecycle_settle(operations);
}

void operations_destroy(struct operations *operations)
{
	if (operations->has_stores) {
		operations->is_stopping = true;
		forget_all(operations);
		store_destroy(&operations->polling);
		store_destroy(&operations->aborts);
		devices_destroy(&operations->devices);
	}
	operations->has_stores = false;
	scheduler_destroy(&operations->scheduler);
}

/* An attempt is made now, where a pause is for something that may be mended. */
static void want(struct operation *operation)
{
	/* Who asks now is told, in their own time, of what fails from now on. */
	telling_end_failing(operation);
	if (operation->state == STATE_BACKING_OFF)
		switch (operation->back_off.reason) {
		case BACK_OFF_NOT_BEFORE:
		case BACK_OFF_INTERVAL:
		case BACK_OFF_ORPHAN:
		case BACK_OFF_BUSY:
			return;
		default:
			break;
		}
	else
		/* What is under way was begun before. */
		actions_begin_anew(operation);
	lifecycle_handle(operation, EVENT_WANTED);
}

/* What a request finds under its identifier. */
enum existing { EXISTING_NONE, EXISTING_SAME, EXISTING_DIFFERENT };

/* Counts a repeated request. An end that was told stays until a new request takes its place. */
static enum existing find_existing(struct operations *operations, const struct terms *terms,
	struct waiter *waiter, struct operation **operation)
{
	struct store *store = operations_store(operations, terms->asked.abort);
	enum existing existing = EXISTING_NONE;
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, terms->identifier);
	if (request && request_get_standing(request) != REQUEST_IN_PROGRESS)
		request = NULL;
	if (request && request->terms->plugin != terms->plugin) {
		existing = EXISTING_DIFFERENT;
	} else if (request) {
		request_lock(request);
		request->count++;
		request_unlock(request);
		waiters_add(request, waiter);
		*operation = request->operation;
		existing = EXISTING_SAME;
	}
	store_unlock(store);
	return existing;
}

/*
 * A request with TERMS, in its store. One that was told its end goes: who waits for that hears how
 * this one ends. NULL, and the terms are released, when out of memory.
 */
static struct request *add_request(
	struct operations *operations, struct terms *terms, struct waiter *waiter)
{
	struct store *store = operations_store(operations, terms->asked.abort);
	struct request *request = request_new(terms), *former;
	int result;

	if (!request) {
		terms_release(terms);
		return NULL;
	}
	store_lock(store);
	former = store_find_locked(store, terms->identifier);
	if (former) {
		waiters_move(former, request);
		store_remove_locked(store, former);
	}
	result = store_add_locked(store, request);
	if (result == 0)
		waiters_add(request, waiter);
	else
		waiters_clear(request);
	store_unlock(store);
	if (result == 0)
		return request;
	request_free(request);
	return NULL;
}

/* WAITER was answered that REQUEST is refused. Others, who waited before, hear that it failed. */
static void drop_refused(
	struct operations *operations, struct request *request, struct waiter *waiter)
{
	struct store *store = operations_store(operations, request->terms->asked.abort);

	store_lock(store);
	waiters_remove(request, waiter);
	if (TAILQ_EMPTY(&request->waits)) {
		store_remove_locked(store, request);
	} else if (request_get_standing(request) == REQUEST_IN_PROGRESS) {
		operation_leave(request);
		request_tell(request, REQUEST_FAILED, (struct request_result){0});
		store_add_told_locked(store, request);
	}
	store_unlock(store);
}

/* An operation for REQUEST, at its device. NULL when out of memory. */
static struct operation *new_operation(struct operations *operations, struct request *request)
{
	struct terms *terms = request->terms;
	struct device *device = devices_get(&operations->devices, terms);
	struct operation *operation = device ? operation_new(operations, device, terms) : NULL;

	if (operation && actions_prepare(operation) < 0) {
		operation_free(operation);
		operation = NULL;
	}
	if (device && !operation && !device->operations[0] && !device->operations[1])
		devices_remove(&operations->devices, device);
	if (!operation)
		return NULL;
	operation->is_watched =
		operations->monitor && terms->plugin->monitor == PLUGIN_MONITOR_KERNEL;
	device->operations[terms->asked.abort] = operation;
	operation_join(operation, request);
	return operation;
}

/* It was set going, and could not be: nothing was promised yet. */
static enum operations_answer answer_begun(struct operation *operation)
{
	if (operation->state != STATE_BACKING_OFF || operation->is_begun)
		return OPERATIONS_ACCEPTED;
	return operation->back_off.reason == BACK_OFF_NOT_STARTED ? OPERATIONS_NO_MEMORY
								  : OPERATIONS_ACCEPTED;
}

/*
 * It was set going, and is over already. A volume that is to be polled is half way in metadata and
 * kernel, whatever its client hears. But an abort whose command cannot be executed has changed
 * nothing yet: it is refused.
 */
static enum operations_answer answer_over(struct request *request)
{
	return request->terms->asked.abort && request_get_standing(request) == REQUEST_FINISHED
		       ? OPERATIONS_NOT_EXECUTABLE
		       : OPERATIONS_ACCEPTED;
}

/* What could not be started was never accepted: it leaves no result, and no trace. */
static void refuse(struct operation *operation)
{
	struct operations *operations = operation->operations;
	struct operation *other = operation->device->operations[!operation_is_abort(operation)];

	operation_log_refused(operation);
	recorder_remove(operation);
	actions_release(operation);
	scheduler_remove(&operations->scheduler, operation);
	TAILQ_REMOVE(&operations->list, operation, link);
	operations->in_flight--;
	operation->device->operations[operation_is_abort(operation)] = NULL;
	if (operation_is_abort(operation) && other)
		lifecycle_handle(other, EVENT_ABORT_FAILED);
	operation->device->operations[operation_is_abort(operation)] = operation;
	TAILQ_INSERT_TAIL(&operations->ended, operation, link);
	operations_changed(operations);
}

/* What is to be aborted yields first. */
static void set_going(struct operation *operation)
{
	struct device *device = operation->device;
	struct operation *other = device->operations[!operation_is_abort(operation)];

	if (operation->terms->asked.interval[0] == '+' && !operation_is_abort(operation))
		operation->not_before_ms =
			operation->begun_ms + (int64_t)operation->terms->interval_s * 1000;
	operation_log_begin(operation);
	recorder_write(operation, RECORD_NO_COMMAND);
	if (operation_is_abort(operation) && other)
		lifecycle_handle(other, EVENT_ABORTED);
	lifecycle_begin(operation);
	lifecycle_settle(operation->operations);
}

/* That it would lose data was seen before: only an abort is right now. */
static bool is_refused_for_loss(struct operations *operations, const struct terms *terms)
{
	return !terms->asked.abort && record_is_refused(&operations->records, &terms->asked);
}

static void fail_for_loss(struct operations *operations, struct request *request)
{
	struct store *store = operations_store(operations, false);

	log_terms(LOG_LEVEL_ERROR, request->terms,
		"it was given up since going on would lose data, and is not resumed: abort it");
	request_tell(request, REQUEST_FAILED, (struct request_result){0});
	store_lock(store);
	store_add_told_locked(store, request);
	store_unlock(store);
}

static struct request *find_request(struct operations *operations, const struct terms *terms)
{
	struct store *store = operations_store(operations, terms->asked.abort);
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, terms->identifier);
	store_unlock(store);
	return request;
}

/* Who waits for what is aborted from now on is told so; who asks for it later, when that is over.
 */
static void tell_aborted(struct operation *abort_operation)
{
	struct operation *other =
		operation_is_abort(abort_operation) ? abort_operation->device->operations[0] : NULL;

	if (other && operation_is_alive(other))
		telling_tell_aborted(other);
}

static enum operations_answer begin_new(
	struct operations *operations, struct request *request, struct waiter *waiter)
{
	struct operation *operation = new_operation(operations, request);
	enum operations_answer answer;
	struct terms *terms;

	if (!operation) {
		drop_refused(operations, request, waiter);
		return OPERATIONS_NO_MEMORY;
	}
	/* It may be over, and freed, when it is set going; and its result may be dropped. */
	terms = terms_hold(request->terms);
	set_going(operation);
	request = find_request(operations, terms);
	terms_release(terms);
	if (!request)
		return OPERATIONS_ACCEPTED;
	operation = request->operation;
	answer = operation ? answer_begun(operation) : answer_over(request);
	if (answer == OPERATIONS_ACCEPTED && operation)
		tell_aborted(operation);
	if (answer == OPERATIONS_ACCEPTED)
		return answer;
	if (operation)
		refuse(operation);
	drop_refused(operations, request, waiter);
	lifecycle_settle(operations);
	return answer;
}

/* Lvm must be there before those who wait for a move hear of its abort. */
static bool can_begin_abort(struct operations *operations, const struct terms *terms)
{
	struct lvmpolld_error error;

	if (!terms->asked.abort ||
		command_check_binary(operations->configuration->lvm_binary, &error) == 0)
		return true;
	log_terms(LOG_LEVEL_ERROR, terms, "the abort is refused: %s", error.sentence);
	return false;
}

/* The operation at the device of TERMS, or the abort of it; or NULL. */
static struct operation *find_alive(
	struct operations *operations, const struct terms *terms, bool is_abort)
{
	struct device *device = devices_find(&operations->devices, terms->asked.lvid);
	struct operation *operation = device ? device->operations[is_abort] : NULL;

	return operation && operation_is_alive(operation) ? operation : NULL;
}

/* What is at work on the device is nothing that TERMS could join, or abort. */
static bool has_other_plugin(const struct operation *operation, const struct terms *terms)
{
	return operation && operation->terms->plugin != terms->plugin;
}

static enum operations_answer begin_request(
	struct operations *operations, struct terms *terms, struct waiter *waiter)
{
	struct operation *operation = find_alive(operations, terms, terms->asked.abort);
	struct request *request;

	if (has_other_plugin(operation, terms) ||
		has_other_plugin(find_alive(operations, terms, !terms->asked.abort), terms)) {
		terms_release(terms);
		return OPERATIONS_DIFFERENT;
	}
	if (!operation && !can_begin_abort(operations, terms)) {
		terms_release(terms);
		return OPERATIONS_NOT_EXECUTABLE;
	}
	request = add_request(operations, terms, waiter);
	if (!request)
		return OPERATIONS_NO_MEMORY;
	if (!operation && is_refused_for_loss(operations, request->terms)) {
		fail_for_loss(operations, request);
		return OPERATIONS_ACCEPTED;
	}
	if (!operation)
		return begin_new(operations, request, waiter);
	operation_join(operation, request);
	want(operation);
	lifecycle_settle(operations);
	return OPERATIONS_ACCEPTED;
}

enum operations_answer operations_begin(
	struct operations *operations, struct terms *terms, struct waiter *waiter)
{
	struct operation *operation = NULL;
	enum existing existing = find_existing(operations, terms, waiter, &operation);

	if (existing == EXISTING_NONE)
		return begin_request(operations, terms, waiter);
	terms_release(terms);
	if (operation)
		want(operation);
	lifecycle_settle(operations);
	return existing == EXISTING_SAME ? OPERATIONS_ACCEPTED : OPERATIONS_DIFFERENT;
}

static bool is_good(const struct operations_report *report)
{
	return report->standing == REQUEST_FINISHED && !report->result.by_signal &&
	       report->result.value == 0;
}

static struct operations_report make_report(struct request *request)
{
	struct operations_report report = {.is_found = true};

	request_lock(request);
	report.standing = request->standing;
	report.result = request->result;
	request_unlock(request);
	return report;
}

/* Once told, an end with 0 is there for those who wait, each of whom hears it once. */
static void forget_if_collected_locked(struct store *store, struct request *request)
	REQUIRES(store_role)
{
	struct operations_report report = make_report(request);

	if (request->is_handed_out && is_good(&report) && TAILQ_EMPTY(&request->waits) &&
		!request->operation)
		store_remove_locked(store, request);
}

static struct operations_report hand_out_locked(
	struct store *store, struct request *request, struct waiter *waiter) REQUIRES(store_role)
{
	struct operations_report report = make_report(request);

	if (!waiters_remove(request, waiter) && request->is_handed_out && is_good(&report))
		return (struct operations_report){0};
	request->is_handed_out = true;
	forget_if_collected_locked(store, request);
	return report;
}

/* Who may only look takes nothing from those who asked for the operation. */
static struct operations_report look_locked(
	struct store *store, struct request *request, struct waiter *waiter) REQUIRES(store_role)
{
	struct operations_report report = make_report(request);

	waiters_remove(request, waiter);
	forget_if_collected_locked(store, request);
	return report;
}

static void refresh(struct operations *operations, const struct operation *operation)
{
	if (operations->monitor && operation && operation->is_watched)
		monitor_refresh(operations->monitor, operation->device);
}

struct operations_report operations_collect(struct operations *operations, const char *identifier,
	bool is_abort, struct waiter *waiter, bool may_take)
{
	struct store *store = operations_store(operations, is_abort);
	struct operations_report report = {0};
	const struct operation *operation = NULL;
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, identifier);
	if (request && request_get_standing(request) == REQUEST_IN_PROGRESS) {
		report = make_report(request);
		waiters_add(request, waiter);
		operation = request->operation;
	} else if (request) {
		report = may_take ? hand_out_locked(store, request, waiter)
				  : look_locked(store, request, waiter);
	}
	store_unlock(store);
	refresh(operations, operation);
	return report;
}

void operations_forget_waiter(struct operations *operations, struct waiter *waiter)
{
	struct request *request;
	bool was_any = false;

	while ((request = waiter_take_request(waiter))) {
		struct store *store = operations_store(operations, request->terms->asked.abort);

		store_lock(store);
		forget_if_collected_locked(store, request);
		store_unlock(store);
		was_any = true;
	}
	/* What nobody waits for any longer counts from now on. */
	if (was_any)
		results_limit(operations);
}

void operations_hurry(struct operations *operations)
{
	struct operation *operation, *next;

	for (operation = TAILQ_FIRST(&operations->list); operation; operation = next) {
		next = TAILQ_NEXT(operation, link);
		if (operation->state == STATE_BACKING_OFF || operation->state == STATE_DORMANT)
			want(operation);
	}
	lifecycle_settle(operations);
}

void operations_stop(struct operations *operations)
{
	struct operation *operation;

	operations->is_stopping = true;
	TAILQ_FOREACH (operation, &operations->list, link)
		lifecycle_handle(operation, EVENT_STOP);
	asking_stop(operations);
}

bool operations_any_command(const struct operations *operations)
{
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation->attempt.command)
			return true;
	return asking_is_running(operations);
}
