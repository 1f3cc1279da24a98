/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done on entering a state. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "lifecycle/actions.h"
#include "lifecycle/asking.h"
#include "lifecycle/attempts.h"
#include "lifecycle/classify.h"
#include "lifecycle/operation_log.h"
#include "lifecycle/context.h"
#include "lifecycle/recorder.h"
#include "lifecycle/telling.h"
#include "log/log.h"
#include "lvm/command.h"
#include "monitor/monitor.h"
#include "records/aside.h"
#include "util/boot.h"
#include "util/checksum.h"
#include "util/timer.h"

/* Without an event of the kernel a dormant operation is asked about so often. */
#define DORMANT_S 3600

/* The other operation of the device: the abort of a poll, or what an abort is to end; or NULL. */
static struct operation *other_of(const struct operation *operation)
{
	struct operation *other = operation->device->operations[!operation_is_abort(operation)];

	return other && operation_is_alive(other) ? other : NULL;
}

static void watch(struct operation *operation)
{
	if (operation->is_watched)
		monitor_watch(operation->operations->monitor, operation->device);
}

/* A look has told under which names the kernel has it. */
static bool is_seen(struct operation *operation)
{
	enum observation_kind kind;

	device_lock(operation->device);
	kind = operation->device->observation.kind;
	device_unlock(operation->device);
	return kind == OBSERVED || kind == OBSERVED_SUSPENDED;
}

static void start_timer_ms(struct operation *operation, int64_t milliseconds)
{
	const struct timeval time = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};

	timer_start(operation->timer, &time);
}

/* Attempts, or the kernel, have got on: what failed before counts no more. */
static void note_success(struct operation *operation)
{
	operation->back_off.count = 0;
	telling_end_failing(operation);
}

void actions_begin_anew(struct operation *operation)
{
	note_success(operation);
}

void actions_note_look(struct operation *operation, const struct observation *observation)
{
	const struct attempt *attempt = &operation->attempt;
	struct device *device = operation->device;

	/* Also while an abort is under way: if that fails the kernel may no longer show it. */
	if (observation_is_loss(observation) && !device->is_loss_noted) {
		record_refuse(&operation->operations->records, &operation->terms->asked);
		device->is_loss_noted = true;
	}
	if (observation->kind == OBSERVED && attempt->signature != 0 && !attempt->command &&
		observation->signature != attempt->signature)
		note_success(operation);
}

static enum operation_event enter_looking(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	/* A new request, or a signal of the administrator: its failures begin anew. */
	if (event == EVENT_WANTED)
		note_success(operation);
	/* What was tried before the pause, or under another name, counts no more. */
	if (event == EVENT_TIMER || event == EVENT_WANTED || event == EVENT_REPORT_RENAMED)
		operation->attempt.signature = 0;
	if (event == EVENT_ABORT_FAILED)
		log_operation(LOG_LEVEL_WARN, operation,
			"the abort did not succeed: the operation goes on");
	if (from == STATE_YIELDING)
		recorder_write(operation, RECORD_NO_COMMAND);
	if (operation_is_being_aborted(operation))
		return EVENT_ABORTED;
	if (!operation->is_watched)
		return operation_is_abort(operation) ? EVENT_SEES_STEP : EVENT_SEES_UNKNOWN;
	watch(operation);
	/*
	 * To abort, no more than the names is needed: it does not wait for storage that hangs. But
	 * after an attempt they may be another volume's.
	 */
	return operation_is_abort(operation) && operation->attempt.pid == 0 && is_seen(operation)
		       ? EVENT_SEES_STEP
		       : EVENT_NONE;
}

static enum operation_event enter_copying(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	operation->is_begun = true;
	if (event == EVENT_SEES_COPYING)
		note_success(operation);
	monitor_set_settled(operation->operations->monitor, operation->device);
	return EVENT_NONE;
}

static enum operation_event enter_waiting(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	operation->attempt.purpose = operation_is_abort(operation) ? ATTEMPT_ABORT
				     : event == EVENT_SEES_UNKNOWN ? ATTEMPT_POLL
								   : ATTEMPT_STEP;
	if (scheduler_add(&operation->operations->scheduler, operation,
		    operation_is_abort(operation)) == 0)
		return EVENT_NONE;
	operation->attempt.failure = ENOMEM;
	return EVENT_NOT_STARTED;
}

/* A command could not be started: the log says so once for each cause in a row. */
static void log_failure(struct operation *operation, const char *sentence)
{
	struct attempt *attempt = &operation->attempt;
	uint64_t said = checksum_add(CHECKSUM_START, sentence, strlen(sentence));

	if (said != attempt->failure_said)
		log_operation(LOG_LEVEL_ERROR, operation, "%s", sentence);
	attempt->failure_said = said;
}

static enum operation_event enter_running(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct attempt *attempt = &operation->attempt;
	struct lvmpolld_error error;
	int result = attempts_start(operation, &error);

	(void)from;
	(void)event;
	attempt->failure = -result;
	if (result == 0) {
		if (attempt->failure_said != 0)
			log_operation(LOG_LEVEL_NOTICE, operation, "lvpoll runs again");
		attempt->failure_said = 0;
		return EVENT_NONE;
	}
	scheduler_remove(&operation->operations->scheduler, operation);
	if (result != -EBUSY)
		log_failure(operation, error.sentence);
	return result == -ENOEXEC ? EVENT_NOT_EXECUTABLE : EVENT_NOT_STARTED;
}

static enum operation_event enter_confirming(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	(void)event;
	/* Nobody can contradict it. */
	if (!operation->is_watched)
		return EVENT_SEES_END;
	watch(operation);
	return EVENT_NONE;
}

static enum operation_event enter_asking(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	if (event == EVENT_WANTED)
		note_success(operation);
	/* The answer may take its time, as where the group is locked. */
	if (event == EVENT_EXIT_FAILED)
		telling_begin_failing(operation);
	return asking_add(operation) < 0 ? EVENT_REPORT_NO_ANSWER : EVENT_NONE;
}

static uint64_t present_signature(struct operation *operation)
{
	uint64_t signature;

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
	int64_t longest_wait_ms = (int64_t)operation->terms->interval_s * 1000;
	int64_t pause_s = doublings > 12 ? longest_s : INT64_C(1) << doublings;

	switch (back_off->reason) {
	case BACK_OFF_NOT_BEFORE:
		/* After the machine has started anew the time on record means nothing. */
		if (wait_ms > longest_wait_ms)
			return longest_wait_ms;
		return wait_ms > 0 ? wait_ms : 0;
	case BACK_OFF_INTERVAL:
		return operation->lead->interval_s > 0 ? longest_wait_ms : 1000;
	default:
		return (pause_s > longest_s ? longest_s : pause_s) * 1000;
	}
}

/* Whether pauses for REASON grow: whatever keeps the attempts from getting on, it is one row. */
static bool does_grow(enum back_off_reason reason)
{
	return back_off_rule(reason)->longest_s > 1;
}

/* What the log says once for each reason in a row. */
static void log_pause(const struct operation *operation, bool is_news)
{
	const struct back_off *back_off = &operation->back_off;
	const struct back_off_rule *rule = back_off_rule(back_off->reason);
	const struct request_result *result = &operation->attempt.result;
	char how[48] = "";

	if (back_off->reason == BACK_OFF_STATUS || back_off->reason == BACK_OFF_SIGNAL ||
		(back_off->reason == BACK_OFF_NOT_EXECUTABLE && result->value != 0))
		snprintf(how, sizeof(how), " (%s %d)", result->by_signal ? "signal" : "status",
			result->value);
	log_operation(rule->is_failure && is_news ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, operation,
		"%s%s: it stays in flight, and is tried again in %lld s", rule->sentence, how,
		(long long)((pause_ms(operation) + 999) / 1000));
}

/* What a client hears at once. */
static void tell_not_executable(struct operation *operation)
{
	const struct request_result *result = &operation->attempt.result;
	bool has_status = operation->attempt.pid > 0 && !result->by_signal && result->value != 0;

	telling_tell(operation, REQUEST_FINISHED,
		has_status ? *result : (struct request_result){.value = 101});
}

/* Of an abort somebody has heard that it failed: it must not be carried out later. */
static bool is_told_to_have_failed(const struct operation *operation)
{
	enum back_off_reason reason = operation->back_off.reason;

	return operation_is_abort(operation) &&
	       (reason == BACK_OFF_SILENT ||
		       (reason == BACK_OFF_NOT_EXECUTABLE && !operation->is_begun));
}

static enum operation_event enter_backing_off(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct back_off *back_off = &operation->back_off;
	enum back_off_reason reason = classify_pause(operation, event);
	bool is_same = reason == back_off->reason && back_off->count > 0;
	bool is_row = is_same || (does_grow(reason) && does_grow(back_off->reason));

	(void)from;
	back_off->count = is_row ? back_off->count + 1 : 1;
	back_off->reason = reason;
	back_off->signature = present_signature(operation);
	if (back_off_rule(reason)->is_failure)
		telling_begin_failing(operation);
	/* Of what has not begun nobody promised anything: a wrong lvm.binary does not mend itself.
	 */
	if (reason == BACK_OFF_NOT_EXECUTABLE && !operation->is_begun)
		tell_not_executable(operation);
	if (is_told_to_have_failed(operation))
		return EVENT_NO_PATIENCE;
	log_pause(operation, !is_same);
	start_timer_ms(operation, pause_ms(operation));
	return EVENT_NONE;
}

static enum operation_event enter_dormant(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	log_operation(LOG_LEVEL_WARN, operation, "%s: it waits until the volume is there",
		event == EVENT_REPORT_INACTIVE ? "the volume is not active"
					       : "neither the volume nor its group is seen");
	recorder_set_dormant(operation, true);
	telling_begin_failing(operation);
	start_timer_ms(operation, INT64_C(1000) * DORMANT_S);
	return EVENT_NONE;
}

static enum operation_event end_event(enum ending_reason ending)
{
	switch (ending) {
	case ENDING_ABORT:
		return EVENT_ENDED_ABORT;
	case ENDING_LOSS:
		return EVENT_ENDED_LOSS;
	case ENDING_STOP:
		return EVENT_ENDED_STOP;
	default:
		return EVENT_ENDED_STEP;
	}
}

/* A process of a previous daemon: two that poll one operation would be in each other's way. */
static enum operation_event adopt_orphan(struct operation *operation)
{
	static const int outputs[2] = {-1, -1};
	struct lvmpolld_error error;
	int result = attempts_adopt(operation, outputs, &error);

	if (result == 0) {
		log_operation(LOG_LEVEL_WARN, operation,
			"lvpoll[%d] of a previous daemon still runs: it is ended first",
			(int)operation->attempt.pid);
		return EVENT_NONE;
	}
	operation->attempt.is_orphan = result != -ESRCH;
	if (result == -ESRCH)
		return EVENT_ENDED_STEP;
	log_operation(LOG_LEVEL_ERROR, operation, "%s; trying again", error.sentence);
	return EVENT_NOT_ADOPTED;
}

static void note_loss(struct operation *operation)
{
	log_operation(LOG_LEVEL_ERROR, operation,
		"the operation stays as it is in kernel and metadata, since going on would lose "
		"data");
	record_refuse(&operation->operations->records, &operation->terms->asked);
	telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
}

static void begin_ending(struct operation *operation)
{
	switch (operation->ending) {
	case ENDING_SILENCE:
		/* It holds no turn: the others go on. */
		scheduler_remove(&operation->operations->scheduler, operation);
		telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
		break;
	case ENDING_LOSS:
		note_loss(operation);
		break;
	case ENDING_ABORT:
		recorder_write(operation, operation->recorded_command);
		break;
	default:
		break;
	}
}

static enum operation_event enter_ending(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	enum ending_reason ending = classify_ending(event);

	/* A graver reason takes the place of the one before. */
	if (from != STATE_ENDING || ending > operation->ending) {
		operation->ending = ending;
		begin_ending(operation);
	} else if (event == EVENT_IS_SILENT) {
		/* It hangs: who has asked meanwhile does not wait for that. */
		telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
	}
	if (event == EVENT_ORPHAN_LEFT) {
		event = adopt_orphan(operation);
		if (event != EVENT_NONE)
			return event;
	}
	if (!operation->attempt.command)
		return end_event(operation->ending);
	command_terminate(operation->attempt.command);
	return EVENT_NONE;
}

static enum operation_event enter_yielding(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct operation *abort_operation = other_of(operation);

	(void)from;
	(void)event;
	if (!abort_operation)
		return EVENT_ABORT_FAILED;
	/* A process of a previous daemon that could not be adopted is to end first. */
	if (operation->attempt.is_orphan) {
		start_timer_ms(operation, 1000);
		return EVENT_NONE;
	}
	recorder_write(operation, RECORD_NO_COMMAND);
	/* It may have waited for the end of a command. */
	if (abort_operation->state == STATE_BACKING_OFF &&
		abort_operation->back_off.reason == BACK_OFF_BUSY)
		context_happened(abort_operation, EVENT_TIMER);
	return EVENT_NONE;
}

/* It is over: it is freed when all that was under way has come to its end. */
static void end(struct operation *operation, enum operation_event event)
{
	struct operations *operations = operation->operations;

	operation_log_end(operation, event);
	recorder_remove(operation);
	actions_release(operation);
	TAILQ_REMOVE(&operations->list, operation, link);
	TAILQ_INSERT_TAIL(&operations->ended, operation, link);
}

static enum operation_event enter_finished(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct operation *other = other_of(operation);

	(void)from;
	if (event == EVENT_ABORT_OVER)
		telling_tell_aborted(operation);
	else
		telling_tell(operation, REQUEST_FINISHED, (struct request_result){0});
	if (operation_is_abort(operation))
		record_forget_refused(&operation->operations->records, &operation->terms->asked);
	end(operation, event);
	if (operation_is_abort(operation) && other)
		context_happened(other, EVENT_ABORT_OVER);
	return EVENT_NONE;
}

static enum operation_event enter_failed(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct operation *other = other_of(operation);

	if (event == EVENT_SEES_LOSS && from != STATE_ENDING)
		note_loss(operation);
	else if (event == EVENT_REPORT_HOPELESS)
		log_operation(LOG_LEVEL_ERROR, operation,
			"lvm2 says that it has failed, or disks are missing and lvpoll fails: "
			"it is not tried again, look at it");
	telling_tell_failure(operation);
	end(operation, event);
	if (operation_is_abort(operation) && other)
		context_happened(other, EVENT_ABORT_FAILED);
	return EVENT_NONE;
}

typedef enum operation_event (*action)(
	struct operation *operation, enum operation_state from, enum operation_event event);

enum operation_event actions_enter(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	static const action entries[] = {
		[STATE_LOOKING] = enter_looking,
		[STATE_COPYING] = enter_copying,
		[STATE_WAITING] = enter_waiting,
		[STATE_RUNNING] = enter_running,
		[STATE_CONFIRMING] = enter_confirming,
		[STATE_ASKING] = enter_asking,
		[STATE_BACKING_OFF] = enter_backing_off,
		[STATE_DORMANT] = enter_dormant,
		[STATE_ENDING] = enter_ending,
		[STATE_YIELDING] = enter_yielding,
		[STATE_FINISHED] = enter_finished,
		[STATE_FAILED] = enter_failed,
	};

	return entries[operation->state](operation, from, event);
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;

	(void)descriptor;
	(void)what;
	context_happened(operation, operation->attempt.is_orphan ? EVENT_ORPHAN_LEFT : EVENT_TIMER);
	operations->settle(operations);
}

int actions_prepare(struct operation *operation)
{
	operation->timer = event_new(operation->operations->base, -1, 0, on_timer, operation);
	return operation->timer ? 0 : -ENOMEM;
}

void actions_release(struct operation *operation)
{
	if (operation->attempt.command)
		command_free(operation->attempt.command);
	operation->attempt.command = NULL;
	if (operation->timer)
		event_free(operation->timer);
	if (operation->patience)
		event_free(operation->patience);
	operation->timer = operation->patience = NULL;
}
