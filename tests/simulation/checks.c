/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must hold after each event, and at the end of a history. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/operations_collect.h"
#include "lvm.h"

/* More lvpolls than this for one volume in a minute are a busy loop. */
#define STARTS_MAX 31

/* After this time a name that is another's could have been known to be. */
#define KNOWN_US ((world.kind == OF_LOSS ? 8 : 4) * S_US)

/* Looks come at least each 10 s, and each may take some seconds. */
#define LOOKS_US (35 * S_US)
/* Without progress for so long something is tried, whether the kernel answers or not. */
#define STALL_US (800 * S_US)

static bool is_watched(const struct operation *operation)
{
	bool watched;

	devices_lock(&operations.devices);
	watched = operation->device->watch.is_watched;
	devices_unlock(&operations.devices);
	return watched;
}

static bool has_abort(const struct operation *operation)
{
	const struct operation *other = operation->device->operations[1];

	return other && operation_is_alive(other);
}

/* Something leads on. */
static bool is_armed(const struct operation *operation)
{
	bool has_timer = event_pending(operation->timer, EV_TIMEOUT, NULL);

	switch (operation->state) {
	case STATE_LOOKING:
	case STATE_COPYING:
	case STATE_CONFIRMING:
		return is_watched(operation);
	case STATE_WAITING:
		return operation->is_waiting && operation->group;
	case STATE_RUNNING:
		return operation->attempt.command;
	case STATE_VERIFYING:
		return operation->comparison;
	case STATE_ASKING:
		return operation->inquiry;
	case STATE_BACKING_OFF:
	case STATE_DORMANT:
		return has_timer;
	case STATE_ENDING:
		return operation->attempt.command || operations.is_stopping;
	case STATE_YIELDING:
		return has_abort(operation) || has_timer;
	default:
		return false;
	}
}

/*
 * What a fault has kept from being written down may be found while another one runs, and is ended.
 * One that has ended, and the daemon has not heard of it yet, runs no more.
 */
static bool is_known_to_run(const struct operation *operation)
{
	const struct lvm *lvm;

	TAILQ_FOREACH (lvm, &lvms, link)
		if (operation->attempt.command && lvm->pid == operation->attempt.pid)
			return !lvm->is_unknown;
	return false;
}

static void check_operation(const struct operation *operation)
{
	const struct operation *other =
		operation->device->operations[!operation_is_abort(operation)];

	if (!is_armed(operation))
		violate("%s is %s, and nothing leads on", operation->terms->asked.lv_name,
			state_name(operation->state));
	if (operation->attempt.command && operation->state != STATE_RUNNING &&
		operation->state != STATE_ENDING)
		violate("%s is %s, and a command runs", operation->terms->asked.lv_name,
			state_name(operation->state));
	if (other && is_known_to_run(other) && is_known_to_run(operation))
		violate("two commands run for %s", operation->terms->asked.lv_name);
}

/* A turn that is free is taken. */
static void check_turns(size_t waiting, size_t running)
{
	if (waiting > 0 && running == 0 && operations.scheduler.running == 0)
		violate("%zu wait for a turn, and nobody has one", waiting);
	if (operations.scheduler.waiting != waiting)
		violate("%zu wait for a turn, and %zu are counted", waiting,
			operations.scheduler.waiting);
}

static bool is_given_up(const struct operation *operation)
{
	return operation->state == STATE_ENDING && operation->ending == ENDING_LOSS;
}

static void check_records(size_t alive)
{
	if (world.disk_full == 0 && operations.stale_records == 0 && records_count() == alive)
		world.were_records_faulty = false;
	if (world.were_records_faulty || operations.records.descriptor < 0)
		return;
	if (records_count() != alive)
		violate("%zu operations are in flight, and %zu are on record", alive,
			records_count());
}

/* A failure to copy shows only while the rest is copied. */
static void check_looks(void)
{
	const struct operation *operation;

	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].unreadable > 0 || world.volumes[i].operations == 0 ||
			!operations.monitor)
			world.volumes[i].watched_us = world.now_us;
	for (size_t i = 0; i < world.volume_count; i++)
		world.volumes[i].operations = 0;
	TAILQ_FOREACH (operation, &operations.list, link) {
		struct volume *volume = volume_find(operation->terms->asked.lvid);

		volume->operations++;
		if (world.now_us - volume->watched_us > LOOKS_US)
			violate("%s is %s, and nobody has looked at it for %d s", volume->lv_name,
				state_name(operation->state), (int)(LOOKS_US / S_US));
	}
}

static void forget_looks(void)
{
	for (size_t i = 0; i < world.volume_count; i++)
		world.volumes[i].operations = 0;
}

/* Lvm2 takes "not found" for a success. */
static void check_doubt(const struct volume *volume)
{
	char *identifier = terms_identifier(NULL, volume->lvid);
	const struct request *request;

	store_lock(&operations.polling);
	request = store_find_locked(&operations.polling, identifier);
	store_unlock(&operations.polling);
	if (!request && !operations_collect(&operations, identifier, false, NULL, false).is_found)
		violate("nobody knows how %s stands, and who asks hears not_found",
			volume->lv_name);
	free(identifier);
}

static void check_doubts(void)
{
	for (size_t i = 0; i < world.volume_count; i++)
		if (records_is_in_doubt(&world.volumes[i]))
			check_doubt(&world.volumes[i]);
}

void checks_after_event(void)
{
	const struct operation *operation;
	size_t alive = 0, waiting = 0, running = 0;

	if (!world.is_alive || world.is_stopping) {
		forget_looks();
		return;
	}
	check_looks();
	TAILQ_FOREACH (operation, &operations.list, link) {
		check_operation(operation);
		/* Its record is a note that it must not go on, by now. */
		if (is_given_up(operation))
			return;
		alive++;
		waiting += operation->state == STATE_WAITING;
		running += !!operation->attempt.command;
	}
	check_turns(waiting, running);
	forget_check();
	check_records(alive);
	check_doubts();
}

/* An attempt may have changed everything: the next one needs to know how it stands. */
static void check_look_before_start(const struct operation *operation, const struct volume *volume)
{
	int64_t ended_us = volume->ended_us[operation_is_abort(operation)];

	if (operation->attempt.pid > 0 && ended_us > 0 && volume->looked_us < ended_us &&
		world.now_us - ended_us < STALL_US)
		violate("lvpoll is started for %s again, and nobody has looked since the last one",
			volume->lv_name);
}

/* Busy loops, and names that are known to be another's. */
bool checks_command(const struct operation *operation, const char *vg_name, const char *lv_name)
{
	struct volume *volume = volume_find(operation->terms->asked.lvid);
	const struct volume *named = volume_by_names(vg_name, lv_name);
	int64_t *oldest = &volume->starts_us[volume->started++ % STARTS_MAX];

	if (volume->started > STARTS_MAX && world.now_us - *oldest < 60 * S_US)
		violate("%d lvpolls were started for %s within %d s", STARTS_MAX + 1,
			volume->lv_name, (int)((world.now_us - *oldest) / S_US));
	*oldest = world.now_us;
	if (operation->terms->plugin->interface->kernel_only)
		violate("lvpoll is started for %s, all of which the kernel does", volume->lv_name);
	check_look_before_start(operation, volume);
	/* An abort does not wait for a kernel that does not answer: README.md. */
	if (named && named != volume && volume->unreadable == 0 &&
		world.now_us - volume->renamed_us > KNOWN_US)
		violate("lvpoll is started for %s/%s, which is another volume's name by now",
			vg_name, lv_name);
	return !named || named == volume || volume->unreadable > 0 ||
	       world.now_us - volume->renamed_us <= KNOWN_US;
}

/* Of its own steps and aborts, as far as it can know them, the daemon must not say that. */
void checks_let_go(const char *lvid)
{
	const struct volume *volume = volume_find(lvid);

	if (volume && !volume->may_be_let_go && !world.had_record_faults)
		violate("%s is said to have lost data, which nobody has let go of",
			volume->lv_name);
}

static bool is_to_be_over(const struct volume *volume)
{
	return volume->is_promised && !volume->is_forgotten && volume->is_there &&
	       volume->evidence_us == 0 && !volume->lacks_data && !records_is_refused(volume) &&
	       !volume->is_hopeless && !volume->group->was_partial;
}

void checks_at_end(void)
{
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations.list, link)
		violate("all is well for days, and %s%s is still %s",
			operation_is_abort(operation) ? "the abort of " : "",
			operation->terms->asked.lv_name, state_name(operation->state));
	for (size_t i = 0; i < world.volume_count; i++) {
		struct volume *volume = &world.volumes[i];

		if (!volume_is_over(volume) && is_to_be_over(volume))
			violate("%s was accepted, and lvm2 still has it at the end",
				volume->lv_name);
	}
}
