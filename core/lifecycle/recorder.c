/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the records of the operations in flight. */
#include "config.h"

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/losses.h"
#include "lifecycle/recorder.h"
#include "loader/options.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "process/process.h"
#include "records/directory.h"
#include "records/lock.h"
#include "util/boot.h"
#include "util/timer.h"

/* How long until a record is tried again that could not be written. */
#define RETRY_S 1

struct record recorder_describe_terms(const struct terms *terms)
{
	return (struct record){
		.request = terms->asked,
		.operation_name = terms->plugin->interface->operation,
		.has_phases = terms->plugin->interface->commands,
		.options = options_text(terms->asked.options),
	};
}

static uint64_t unchecked_from(const struct operation *operation)
{
	struct device *device = operation->device;
	uint64_t from;

	device_lock(device);
	from = evidence_unchecked_from(&operation->evidence, &device->observation.log);
	device_unlock(device);
	return from;
}

struct record recorder_describe(const struct operation *operation, struct seen_texts *texts)
{
	const struct attempt *attempt = &operation->attempt;

	return (struct record){
		.request = operation->terms->asked,
		.operation_name = operation->terms->plugin->interface->operation,
		.has_phases = operation->terms->plugin->interface->commands,
		.options = options_text(operation->terms->asked.options),
		.is_being_aborted = operation_is_being_aborted(operation),
		.is_forgotten = operation->is_forgotten,
		.has_loss = operation->device->loss == LOSS_SEEN,
		.not_before_ms = operation->not_before_ms,
		.begun_ms = operation->begun_ms,
		.number = operation->number,
		.accepted_s = operation->accepted_s,
		.command = operation->recorded_command,
		.command_name = attempt_is_lvpoll(attempt) ? NULL : attempt->command_name,
		.is_command_abort = attempt->purpose == ATTEMPT_ABORT,
		.pid = attempt->pid,
		.start_ticks = attempt->start_ticks,
		.boot_id = boot_id(),
		.step_vg_name = attempt->vg_name,
		.step_lv_name = attempt->lv_name,
		.log_from = unchecked_from(operation),
		.is_begun_in_doubt = operation->evidence.is_begun_in_doubt,
		.log_boot_id = boot_id(),
		.table_before = operation->evidence.table_before,
		.to_sectors = operation->evidence.to_sectors,
		.table = operation->evidence.table,
		.is_complete = operation->evidence.is_complete,
		.is_missed = operation->evidence.is_missed,
		.gone = operation->evidence.gone,
		.seen = seen_describe(operation->device, texts),
		.seen_boot_id = boot_id(),
	};
}

static int write_record(struct operation *operation, struct lvmpolld_error *error)
{
	struct seen_texts texts;
	struct record record = recorder_describe(operation, &texts);

	operation->is_stall_recorded = record.seen.is_stall_told;
	/* What is dormant may be there again while no daemon runs, and be gone again. */
	if (operation->state == STATE_DORMANT)
		record.gone = (struct kernel_log_state){0};
	return record_write(&operation->operations->records, &record, error);
}

static void set_stale(struct operation *operation, bool is_stale)
{
	operation->operations->stale_records +=
		(size_t)is_stale - (size_t)operation->is_record_stale;
	operation->is_record_stale = is_stale;
}

/*
 * The directory could not be opened at the start, or was removed since: makes it, and writes all
 * records. Records of a previous daemon in it are for the next start.
 */
static void reopen_directory(struct operations *operations)
{
	struct operation *operation;
	struct record_directory fresh;
	struct lvmpolld_error error;

	if (record_directory_is_there(&operations->records))
		return;
	if (record_directory_open(&fresh, operations->configuration->state_directory, &error) < 0 ||
		record_directory_try_lock(&fresh) < 0) {
		record_directory_close(&fresh);
		return;
	}
	fresh.is_unread = operations->records.is_unread;
	record_directory_close(&operations->records);
	operations->records = fresh;
	TAILQ_FOREACH (operation, &operations->list, link)
		set_stale(operation, true);
}

/* Tries again what could not be written. */
static void write_stale(struct operations *operations)
{
	struct operation *operation;
	struct lvmpolld_error error;

	reopen_directory(operations);
	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation->is_record_stale && write_record(operation, &error) == 0) {
			set_stale(operation, false);
			if (operation->state == STATE_DORMANT)
				recorder_set_dormant(operation, true);
		}
	if (operations->stale_records == 0)
		log_warn("the records of all operations in flight are written again");
}

static void arm_retry(struct operations *operations);

static void on_retry(evutil_socket_t descriptor, short what, void *context)
{
	struct operations *operations = context;

	(void)descriptor;
	(void)what;
	write_stale(operations);
	if (operations->stale_records > 0)
		arm_retry(operations);
}

static void arm_retry(struct operations *operations)
{
	static const struct timeval retry = {.tv_sec = RETRY_S};

	if (!operations->record_retry)
		operations->record_retry = event_new(operations->base, -1, 0, on_retry, operations);
	if (operations->record_retry)
		timer_start(operations->record_retry, &retry);
}

/*
 * If the start time is unknown, the process cannot be recognised: it is looked for by name. A
 * process that is not adopted yet keeps that of the record: its id may be another's by now.
 */
static void note_command(struct operation *operation, enum record_command command)
{
	struct attempt *attempt = &operation->attempt;

	operation->recorded_command = command;
	if (command != RECORD_RUNNING)
		attempt->start_ticks = 0;
	else if (!attempt->is_orphan)
		attempt->start_ticks = process_read_start(attempt->pid);
	if (command == RECORD_RUNNING && attempt->start_ticks == 0)
		operation->recorded_command = RECORD_STARTING;
}

void recorder_write(struct operation *operation, enum record_command command)
{
	struct lvmpolld_error error;
	bool was_stale = operation->is_record_stale;

	note_command(operation, command);
	set_stale(operation, write_record(operation, &error) < 0);
	if (!operation->is_record_stale || was_stale)
		return;
	log_operation(LOG_LEVEL_ERROR, operation,
		"%s; it goes on, but would be lost if the daemon crashed now", error.sentence);
	arm_retry(operation->operations);
}

void recorder_note_stall(struct operation *operation)
{
	bool is_told;

	device_lock(operation->device);
	is_told = operation->device->stalled_since_ms > 0;
	device_unlock(operation->device);
	if (is_told != operation->is_stall_recorded && operation->state != STATE_DORMANT)
		recorder_write(operation, operation->recorded_command);
}

void recorder_note_wanted(struct operation *operation)
{
	if (!operation->is_forgotten)
		return;
	operation->is_forgotten = false;
	recorder_write(operation, operation->recorded_command);
}

void recorder_set_dormant(struct operation *operation, bool is_dormant)
{
	record_set_dormant(&operation->operations->records, &operation->terms->asked, is_dormant);
}

void recorder_remove(struct operation *operation)
{
	set_stale(operation, false);
	record_remove(&operation->operations->records, &operation->terms->asked);
}

void recorder_leave_loss(struct operation *operation)
{
	struct lvmpolld_error error;

	note_command(operation, RECORD_NO_COMMAND);
	set_stale(operation, false);
	if (write_record(operation, &error) < 0)
		log_operation(LOG_LEVEL_ERROR, operation, "%s", error.sentence);
}

void recorder_end(struct operations *operations)
{
	if (operations->stale_records > 0)
		write_stale(operations);
}

void recorder_destroy(struct operations *operations)
{
	losses_end(operations);
	if (operations->record_retry)
		event_free(operations->record_retry);
	record_directory_close(&operations->records);
}
