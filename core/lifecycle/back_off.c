/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pause after an attempt that failed or changed nothing. */
#include "config.h"

#include <stdio.h>

#include "lifecycle/back_off.h"
#include "lifecycle/classify.h"
#include "lifecycle/classify_ends.h"
#include "lifecycle/context.h"
#include "lifecycle/resources.h"
#include "lifecycle/telling.h"
#include "log/log.h"
#include "util/boot.h"

/* What ends the pause when it changes. */
static uint64_t present_signature(struct operation *operation, enum back_off_reason reason)
{
	uint64_t signature;

	if (reason == BACK_OFF_UNMOVED)
		return classify_position(operation);
	device_lock(operation->device);
	signature = operation->device->observation.signature;
	device_unlock(operation->device);
	return signature;
}

/* 1, 1, 2, 4 ... seconds, up to the longest that the reason allows. */
static int64_t pause_ms(const struct operation *operation)
{
	const struct back_off *back_off = &operation->back_off;
	unsigned longest_s = back_off_rule(back_off->reason)->longest_s;
	unsigned doublings = back_off->count > 2 ? back_off->count - 2 : 0;
	int64_t wait_ms = operation->not_before_ms - boot_clock_ms();
	int64_t pause_s = doublings > 12 ? longest_s : INT64_C(1) << doublings;

	switch (back_off->reason) {
	case BACK_OFF_NOT_BEFORE:
		return wait_ms > 0 ? wait_ms : 0;
	case BACK_OFF_INTERVAL:
		return operation->lead->interval_s > 0
			       ? (int64_t)operation->terms->interval_s * 1000
			       : 1000;
	/* As often as lvm2 is asked. */
	case BACK_OFF_UNMOVED:
		return INT64_C(1000) * longest_s;
	default:
		return (pause_s > longest_s ? longest_s : pause_s) * 1000;
	}
}

/* Whether pauses for REASON grow. All reasons for which they grow count as one row. */
static bool does_grow(enum back_off_reason reason)
{
	return back_off_rule(reason)->longest_s > 1;
}

/* Logs the pause; as a warning once for each reason in a row. */
static void log_pause(const struct operation *operation, bool is_news)
{
	const struct back_off *back_off = &operation->back_off;
	const struct back_off_rule *rule = back_off_rule(back_off->reason);
	const struct request_result *result = &operation->attempt.result;
	char how[48] = "", why[PAUSE_TEXT_SIZE];

	if (back_off->reason == BACK_OFF_STATUS || back_off->reason == BACK_OFF_SIGNAL ||
		(back_off->reason == BACK_OFF_NOT_EXECUTABLE && result->value != 0))
		snprintf(how, sizeof(how), " (%s %d)", result->by_signal ? "signal" : "status",
			result->value);
	log_operation_message(rule->is_failure && is_news ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
		operation,
		is_news && back_off->reason == BACK_OFF_NOT_EXECUTABLE ? LOG_MESSAGE_WAITS_FOR_LVM
								       : LOG_MESSAGE_NONE,
		NULL, "%s%s: it stays in flight, and is tried again in %lld s",
		operation_explain_pause(operation, back_off->reason, why), how,
		(long long)((pause_ms(operation) + 999) / 1000));
}

/* What clients are told where lvm cannot be executed: no attempt of before has that status. */
static void note_not_executable(struct operation *operation, enum operation_event event)
{
	const struct request_result *result = &operation->attempt.result;
	bool has_status = event == EVENT_EXIT_NOT_RUN && !result->by_signal && result->value != 0;

	operation->failing_result = has_status ? *result : (struct request_result){.value = 101};
}

/* The client of an abort has heard that it failed: it must not be carried out later. */
static bool is_told_to_have_failed(const struct operation *operation)
{
	enum back_off_reason reason = operation->back_off.reason;

	return operation_is_abort(operation) &&
	       (reason == BACK_OFF_SILENT ||
		       (reason == BACK_OFF_NOT_EXECUTABLE && !operation->is_begun));
}

enum operation_event back_off_enter(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct back_off *back_off = &operation->back_off;
	enum back_off_reason reason = classify_pause(operation, event);
	bool is_same = reason == back_off->reason && back_off->count > 0;
	bool is_row = is_same || (does_grow(reason) && does_grow(back_off->reason));

	(void)from;
	back_off->count = is_row ? back_off->count + 1 : 1;
	back_off->reason = reason;
	back_off->signature = present_signature(operation, reason);
	if (reason == BACK_OFF_NOT_EXECUTABLE)
		note_not_executable(operation, event);
	if (back_off_rule(reason)->is_failure)
		telling_begin_failing(operation);
	/* Nothing was promised yet, and a wrong lvm.binary does not mend itself. */
	if (reason == BACK_OFF_NOT_EXECUTABLE && !operation->is_begun)
		telling_tell_failure(operation);
	if (is_told_to_have_failed(operation))
		return EVENT_NO_PATIENCE;
	log_pause(operation, !is_same);
	resources_start_timer_ms(operation, pause_ms(operation));
	return EVENT_NONE;
}
