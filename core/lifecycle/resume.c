/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resumes operations of a previous daemon, or of the program before an upgrade. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/attempts.h"
#include "lifecycle/context.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/numbers.h"
#include "lifecycle/orphaned.h"
#include "lifecycle/recorder.h"
#include "lifecycle/resources.h"
#include "lifecycle/resume.h"
#include "lifecycle/stores.h"
#include "lifecycle/telling.h"
#include "lifecycle/watching.h"
#include "loader/calls.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "lvm/command.h"
#include "records/directory.h"
#include "util/boot.h"

struct evidence resume_read_evidence(const struct record *record)
{
	const char *present = boot_id();
	struct evidence evidence = {
		.log_from = record->log_from,
		.is_begun_in_doubt = record->is_begun_in_doubt,
		.table_before = record->table_before,
		.to_sectors = record->to_sectors,
		.table = record->table,
		.is_complete = record->is_complete,
		.is_missed = record->is_missed,
		.gone = record->gone,
	};

	if (!present || !record->log_boot_id || strcmp(present, record->log_boot_id) != 0)
		return (struct evidence){0};
	/* The abort may be over, and its record removed. */
	if (record->is_being_aborted)
		evidence_forget_tables(&evidence);
	return evidence;
}

static char *copy_name(const char *name)
{
	return name ? strdup(name) : NULL;
}

static void take_attempt(struct operation *operation, const struct resume_info *info)
{
	struct attempt *attempt = &operation->attempt;

	attempt->pid = info->pid > 0 ? info->pid : info->last_pid;
	attempt->start_ticks = info->start_ticks;
	attempt->is_orphan = info->is_orphan;
	attempt->phase = info->phase;
	attempt->phases = info->phases;
	attempt->table_signature = info->table_signature;
	attempt_set_command(attempt, info->command_name);
	operation->recorded_command = info->pid > 0     ? RECORD_RUNNING
				      : info->is_orphan ? RECORD_STARTING
							: RECORD_NO_COMMAND;
	free(attempt->vg_name);
	free(attempt->lv_name);
	attempt->vg_name = copy_name(info->vg_name);
	attempt->lv_name = copy_name(info->lv_name);
	attempt->purpose = info->purpose;
}

static void take_failures(struct operation *operation, const struct resume_info *info)
{
	operation->back_off = info->back_off;
	operation->failing_result = info->failing_result;
	operation->failing_since_ms = info->failing_since_ms;
	telling_await_patience(operation);
}

/* By the clock of an earlier boot it might be far ahead: nobody waits longer than was asked for. */
static int64_t bound_wait(const struct operation *operation, int64_t not_before_ms)
{
	int64_t last_ms = boot_clock_ms() + (int64_t)operation->terms->interval_s * 1000;

	return not_before_ms > last_ms ? last_ms : not_before_ms;
}

static void take_info(struct operation *operation, const struct resume_info *info)
{
	struct attempt *attempt = &operation->attempt;
	struct device *device = operation->device;

	operation->is_begun = true;
	operation->is_forgotten = info->is_forgotten;
	operation->number = info->number;
	operation->accepted_s = info->accepted_s;
	numbers_assign(operation);
	operation->not_before_ms = bound_wait(operation, info->not_before_ms);
	/* Else the operation counts as begun now. */
	if (info->begun_ms > 0 && info->begun_ms < operation->begun_ms)
		operation->begun_ms = info->begun_ms;
	take_attempt(operation, info);
	take_failures(operation, info);
	operation->evidence = info->evidence;
	attempt->signature = info->signature;
	attempt->has_shown_end = info->has_shown_end;
	attempt->has_shown_more = info->has_shown_more;
	attempt->result = info->result;
	attempt->end = info->end;
	seen_take(device, &info->seen);
	operation->is_stall_recorded = info->seen.is_stall_told;
	if (info->progress.struct_size == 0)
		return;
	device_lock(device);
	device->progress = info->progress;
	device_unlock(device);
}

/* The first look would clear the failures: they are kept, as the waiters have waited since then. */
static void begin_with_look(struct operation *operation, const struct resume_info *info)
{
	lifecycle_begin(operation);
	/* A pause that has begun by now, as in a shortage, has its own reason. */
	if (operation_is_alive(operation) && operation->state != STATE_BACKING_OFF)
		take_failures(operation, info);
}

/* A step's lvpoll has no more time than it had, be there ever so many upgrades. */
static void resume_running(struct operation *operation, const struct resume_info *info)
{
	int64_t left_ms = info->timer_due_ms - boot_clock_ms();

	lifecycle_resume(operation, STATE_RUNNING);
	if (info->timer_due_ms > 0)
		resources_hurry_timer_ms(operation, left_ms > 0 ? left_ms : 0);
	if (operation->device->loss != LOSS_UNSEEN && !operation_is_abort(operation))
		lifecycle_handle(operation, EVENT_SEES_LOSS);
}

static void resume_streams(struct command *command, const struct resume_info *info)
{
	for (enum process_stream stream = PROCESS_STDOUT; stream <= PROCESS_STDERR; stream++)
		command_resume_stream(command, stream, &info->rests[stream]);
}

/*
 * Adopts an lvpoll that is a child of this process. If it cannot be adopted now, it is handled as
 * an orphan.
 */
static void resume_child(struct operation *operation, const struct resume_info *info)
{
	struct lvmpolld_error error;
	int result = attempts_adopt(operation, info->outputs, &error);

	if (result == 0)
		resume_streams(operation->attempt.command, info);
	if (result == -ESRCH) {
		begin_with_look(operation, info);
	} else if (result < 0) {
		log_operation(LOG_LEVEL_ERROR, operation, "%s; trying again", error.sentence);
		lifecycle_begin_with_orphan(operation);
	} else if (info->is_ended) {
		operation->ending = info->ending;
		lifecycle_resume(operation, STATE_ENDING);
		command_terminate(operation->attempt.command);
	} else {
		resume_running(operation, info);
	}
}

/* A pause goes on: a new program does not make its end any nearer. */
static void resume_pause(struct operation *operation, const struct resume_info *info)
{
	int64_t left_ms = info->timer_due_ms - boot_clock_ms();

	lifecycle_resume(operation, info->state);
	resources_start_timer_ms(operation, left_ms > 0 ? left_ms : 0);
}

/* The directory may be another one than that in which it was recorded. */
static bool is_record_missing(const struct operation *operation, const struct resume_info *info)
{
	return info->is_record_stale || operation->operations->records.is_unread;
}

static void record_anew(struct operation *operation)
{
	recorder_write(operation, operation->recorded_command);
	if (operation->state == STATE_DORMANT)
		recorder_set_dormant(operation, true);
}

static void set_going(struct operation *operation, const struct resume_info *info)
{
	const struct operation *other =
		operation->device->operations[!operation_is_abort(operation)];

	if (info->is_child && info->pid > 0 && !info->is_orphan)
		resume_child(operation, info);
	else if (operation->attempt.is_orphan)
		lifecycle_begin_with_orphan(operation);
	/* One that is forgotten, as the record says, is over by now. */
	else if (info->is_being_aborted && other && operation_is_alive(other))
		lifecycle_resume(operation, STATE_YIELDING);
	else if (info->state == STATE_BACKING_OFF || info->state == STATE_DORMANT)
		resume_pause(operation, info);
	/* If it is watched, the look at its device leads to the report. */
	else if (info->is_asking && !operation->is_watchable && !watching_is_awaited(operation) &&
		 operation->device->loss == LOSS_UNSEEN)
		lifecycle_begin_asking(operation);
	else
		begin_with_look(operation, info);
	/* Its command is gone. One that runs, or may, is waited for. */
	if (info->is_forgotten && operation_is_alive(operation) &&
		operation->state != STATE_ENDING && !operation->attempt.is_orphan)
		lifecycle_handle(operation, EVENT_FORGOTTEN);
	/* Where it has ended at once, as of a loss, there is nothing to be recorded. */
	if (is_record_missing(operation, info) && operation_is_alive(operation))
		record_anew(operation);
}

/* What clients were told of an earlier operation is no answer about this one. */
static struct request *add_request(struct operations *operations, struct terms *terms)
{
	struct request *request = stores_find(operations, terms);

	if (request && request_get_standing(request) == REQUEST_IN_PROGRESS)
		return request;
	return stores_add(operations, terms_hold(terms), NULL);
}

/* Makes a request after a crash, since no client has made one to this daemon. */
static int add_silent_request(struct operation *operation)
{
	struct request *request = add_request(operation->operations, operation->terms);

	if (!request)
		return -ENOMEM;
	request_lock(request);
	request->count = 0;
	request_unlock(request);
	operation_join(operation, request);
	return 0;
}

/* Requests of two system directories may be about one operation. It is resumed once. */
static bool is_resumed(struct operations *operations, const struct terms *terms)
{
	const struct device *device = devices_find(&operations->devices, terms->asked.lvid);

	return device && device->operations[terms->asked.abort];
}

/*
 * The lvpoll is on the second record of OPERATION, as where a daemon could not read the first, and
 * has begun anew: it is ended like one on the first.
 */
static void join_orphan(struct operation *operation, const struct resume_info *info)
{
	if (!info->is_orphan || operation->attempt.command || operation->attempt.is_orphan ||
		(operation->state != STATE_LOOKING && operation->state != STATE_YIELDING))
		return;
	take_attempt(operation, info);
	context_happened(operation, EVENT_ORPHAN_LEFT);
}

/*
 * Joins a request to an operation that is resumed already and has a record. The second record is
 * removed, since it would be left behind when the operation is over.
 */
static int join(struct operations *operations, struct terms *terms, const struct resume_info *info)
{
	struct device *device = devices_find(&operations->devices, terms->asked.lvid);
	struct operation *operation = device->operations[terms->asked.abort];
	struct request *request;

	join_orphan(operation, info);
	if (strcmp(terms->identifier, operation->terms->identifier) != 0)
		record_remove(&operations->records, &terms->asked);
	if (!operation_is_alive(operation) || operation->terms->plugin != terms->plugin)
		return 0;
	request = add_request(operations, terms);
	if (!request)
		return -ENOMEM;
	if (!request->operation)
		operation_join(operation, request);
	return 0;
}

static int resume(
	struct operations *operations, struct terms *terms, const struct resume_info *info)
{
	struct operation *operation;

	if (is_resumed(operations, terms))
		return info->is_child ? 0 : join(operations, terms, info);
	operation = lifecycle_new_operation(operations, terms);
	if (!operation)
		return -ENOMEM;
	take_info(operation, info);
	if (!info->is_child && add_silent_request(operation) < 0) {
		lifecycle_drop_operation(operation);
		return -ENOMEM;
	}
	if (info->is_adopted) {
		log_operation_message(LOG_LEVEL_NOTICE, operation, LOG_MESSAGE_STARTED, NULL,
			plugin_can_discover(terms->plugin->interface)
				? "it is under way, and is watched from now on"
				: "it is adopted, and goes on: nobody saw to it");
		/* An lvpoll of a previous daemon may run for it. */
		recorder_write(operation, orphaned_recall(operation));
		orphaned_forget(operation);
	} else {
		log_operation(LOG_LEVEL_NOTICE, operation,
			"%sgoes on: resumed from a previous daemon",
			operation_is_abort(operation) ? "its abort " : "");
	}
	set_going(operation, info);
	return 0;
}

int resume_operation(struct operations *operations, struct terms *terms,
	const struct resume_info *info, struct lvmpolld_error *error)
{
	int result = resume(operations, terms, info);

	terms_release(terms);
	return result == 0 ? 0 : error_set(error, -result, "out of memory");
}

/* Tells that an operation could not be resumed: nothing will see it through. */
static void fail(struct operations *operations, struct request *request)
{
	struct store *store = operations_store(operations, request->terms->asked.abort);

	request_tell(request, REQUEST_FAILED, (struct request_result){0});
	store_lock(store);
	store_add_told_locked(store, request);
	store_unlock(store);
}

static void take_standing(struct operations *operations, struct request *request,
	const struct resume_request_info *info)
{
	struct store *store = operations_store(operations, request->terms->asked.abort);

	request_lock(request);
	request->count = info->count;
	request_unlock(request);
	request->is_collected = info->is_collected;
	if (info->standing == REQUEST_IN_PROGRESS) {
		if (!request->operation) {
			fail(operations, request);
			return;
		}
		request->failing_since_ms = info->failing_since_ms;
		telling_await_patience(request->operation);
		return;
	}
	request->last_pid = info->last_pid;
	request->progress = info->progress;
	request_tell(request, info->standing, info->result);
	store_lock(store);
	store_restore_told_locked(store, request, info->told_at_s);
	store_unlock(store);
}

void resume_request(
	struct operations *operations, struct terms *terms, const struct resume_request_info *info)
{
	struct device *device = devices_find(&operations->devices, terms->asked.lvid);
	struct operation *operation = device ? device->operations[terms->asked.abort] : NULL;
	struct request *request;

	if (stores_find(operations, terms)) {
		terms_release(terms);
		return;
	}
	request = add_request(operations, terms);
	if (!request)
		log_terms(LOG_LEVEL_FATAL, terms, "what was told about it is lost: out of memory");
	terms_release(terms);
	if (!request)
		return;
	if (operation && operation_is_alive(operation))
		operation_join(operation, request);
	take_standing(operations, request, info);
}
