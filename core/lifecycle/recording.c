/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the records of the operations in flight. */
#include "config.h"

#include <event2/event.h>

#include "util/boot.h"
#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "log/log.h"
#include "lifecycle/operation.h"
#include "loader/plugins.h"
#include "process/process.h"
#include "lifecycle/recording.h"
#include "util/timer.h"
#include "records/directory.h"
#include "records/lock.h"

/* A record that could not be written is tried again after this time. */
#define RETRY_S 1

static int write_record(
	struct operations *operations, struct volume *volume, struct lvmpolld_error *error)
{
	const struct record record = {
		.request = volume->request->parameters,
		.operation_name = volume->request->plugin->interface->operation,
		.is_displaced = volume->is_displaced,
		.not_before_ms = volume->not_before_ms,
		.begun_ms = volume->begun_ms,
		.command = volume->recorded_command,
		.pid = volume->last_pid,
		.start_ticks = volume->start_ticks,
		.boot_id = boot_id(),
		.step_vg_name = volume->step_vg_name,
		.step_lv_name = volume->step_lv_name,
	};

	return record_write(&operations->records, &record, error);
}

static void retry_one(struct operations *operations, struct volume *volume)
{
	struct lvmpolld_error error;

	if (!volume->is_record_stale || write_record(operations, volume, &error) < 0)
		return;
	volume->is_record_stale = false;
	operations->stale_records--;
}

static void mark_stale(struct operations *operations, struct volume *volume)
{
	operations->stale_records += !volume->is_record_stale;
	volume->is_record_stale = true;
}

/*
 * It could not be opened at the start, or somebody has removed it: it is made, and what is in
 * flight is written there. Records of a former daemon that lie there are for the next start.
 */
static void reopen_directory(struct operations *operations)
{
	struct record_directory fresh;
	struct lvmpolld_error error;

	if (record_directory_is_there(&operations->records))
		return;
	if (record_directory_open(&fresh, operations->configuration->state_directory, &error) < 0 ||
		record_directory_try_lock(&fresh) < 0) {
		record_directory_close(&fresh);
		return;
	}
	record_directory_close(&operations->records);
	operations->records = fresh;
	operation_for_each_in_progress(operations, mark_stale);
}

static void arm_retry(struct operations *operations);

static void on_retry(evutil_socket_t descriptor, short what, void *context)
{
	struct operations *operations = context;

	(void)descriptor;
	(void)what;
	reopen_directory(operations);
	operation_for_each_in_progress(operations, retry_one);
	if (operations->stale_records > 0)
		arm_retry(operations);
	else
		log_warn("the records of all operations in flight are written again");
}

static void arm_retry(struct operations *operations)
{
	static const struct timeval retry = {.tv_sec = RETRY_S};

	if (!operations->record_retry)
		operations->record_retry = event_new(operations->base, -1, 0, on_retry, operations);
	if (operations->record_retry)
		timer_start(operations->record_retry, &retry);
}

void recording_write(
	struct operations *operations, struct volume *volume, enum record_command command)
{
	struct log_subject subject = volume_subject(volume);
	struct lvmpolld_error error;
	bool was_stale = volume->is_record_stale;

	volume->recorded_command = command;
	volume->start_ticks = command == RECORD_RUNNING ? process_read_start(volume->last_pid) : 0;
	/* Without it nobody could tell that it is the same process: it is looked for by name. */
	if (command == RECORD_RUNNING && volume->start_ticks == 0)
		volume->recorded_command = RECORD_STARTING;
	volume->is_record_stale = write_record(operations, volume, &error) < 0;
	operations->stale_records += (size_t)volume->is_record_stale - (size_t)was_stale;
	if (!volume->is_record_stale || was_stale)
		return;
	log_write_subject(LOG_LEVEL_ERROR, &subject,
		"%s; it goes on, but would be lost if the daemon crashed now", error.sentence);
	arm_retry(operations);
}

void recording_remove(struct operations *operations, const struct lvmpolld_request *request)
{
	record_remove(&operations->records, request);
}

void recording_destroy(struct operations *operations)
{
	if (operations->record_retry)
		event_free(operations->record_retry);
	record_directory_close(&operations->records);
}
