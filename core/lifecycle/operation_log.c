/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the log that tell when an operation begins, and when it ends: level notice. */
#include "config.h"

#include <stdio.h>

#include "lifecycle/history.h"
#include "lifecycle/operation_log.h"
#include "log/log.h"
#include "operation/operation.h"
#include "util/boot.h"
#include "util/figures.h"

#define SECTOR_SIZE 512

/* The prefix of a line names the operation, but does not say that it is about the abort. */
static const char *subject_of(const struct operation *operation)
{
	return operation->terms->asked.abort ? "its abort " : "";
}

void operation_log_begin(const struct operation *operation)
{
	const char *command_line = operation->terms->command_line;

	log_operation_message(LOG_LEVEL_NOTICE, operation, LOG_MESSAGE_STARTED, NULL,
		"%sbegins%s%s", subject_of(operation), command_line ? ", asked for by: " : "",
		command_line ? command_line : "");
}

void operation_log_refused(const struct operation *operation)
{
	log_operation(LOG_LEVEL_NOTICE, operation, "%sis refused: nothing was begun",
		subject_of(operation));
}

/* Writes "ends well", or how else it ended. */
static void write_end(
	const struct operation *operation, enum operation_event event, char *text, size_t size)
{
	const struct request_result *result = &operation->attempt.result;

	if (event == EVENT_ABORT_OVER)
		snprintf(text, size, "ends, since it is aborted,");
	else if (operation->state == STATE_FINISHED)
		snprintf(text, size, "ends well");
	else if (event == EVENT_STEPS_ASIDE)
		snprintf(text, size, "steps aside");
	else if (history_is_forgotten(event))
		snprintf(text, size, "is forgotten");
	else if (history_is_at_risk(event))
		snprintf(text, size, "is given up");
	else if (operation->attempt.pid > 0 && result->value != 0)
		snprintf(text, size, "fails with %s %d of %s",
			result->by_signal ? "signal" : "status", result->value,
			attempt_name(&operation->attempt));
	else
		snprintf(text, size, "fails");
}

/*
 * ": all of 400.0 MiB", ": 100.0 MiB of 400.0 MiB", or nothing where that is not known, and for an
 * abort, which copies nothing.
 */
static void write_data(const struct operation *operation, bool is_good, char *text, size_t size)
{
	const struct lvmpolld_progress progress = device_progress(operation->device);
	char done[FIGURE_SIZE] = "all", total[FIGURE_SIZE];

	text[0] = '\0';
	if (progress.total_sectors == 0 || operation_is_abort(operation))
		return;
	if (!is_good)
		figure_of_amount(progress.done_sectors * SECTOR_SIZE, done);
	figure_of_amount(progress.total_sectors * SECTOR_SIZE, total);
	snprintf(text, size, ": %s of %s", done, total);
}

/* As lvmpollctl has it: "retcode 5", "signal 15", "failed". */
static void write_result(
	const struct operation *operation, enum operation_event event, char *text, size_t size)
{
	struct request_result result;

	if (history_find_result(operation, event, &result))
		snprintf(
			text, size, "%s %d", result.by_signal ? "signal" : "retcode", result.value);
	else
		snprintf(text, size, "failed");
}

void operation_log_end(struct operation *operation, enum operation_event event)
{
	bool is_good = operation->state == STATE_FINISHED && event != EVENT_ABORT_OVER;
	char end[64 + COMMAND_NAME_SIZE], duration[FIGURE_SIZE], data[3 * FIGURE_SIZE], result[32];
	char findings[FINDINGS_TEXT_SIZE];

	write_end(operation, event, end, sizeof(end));
	figure_of_duration((double)(boot_clock_ms() - operation->begun_ms) / 1000, duration);
	write_data(operation, is_good, data, sizeof(data));
	write_result(operation, event, result, sizeof(result));
	device_write_findings(operation->device, findings);
	log_operation_message(LOG_LEVEL_NOTICE, operation,
		is_good ? LOG_MESSAGE_FINISHED : LOG_MESSAGE_FAILED, result, "%s%s after %s%s%s%s",
		subject_of(operation), end, duration, data, findings[0] ? "; " : "", findings);
}
