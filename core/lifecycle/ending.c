/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an operation comes to its end: its command first, then the operation. */
#include "config.h"

#include <stdio.h>

#include "lifecycle/classify.h"
#include "lifecycle/classify_ends.h"
#include "lifecycle/context.h"
#include "lifecycle/ending.h"
#include "lifecycle/history.h"
#include "lifecycle/losses.h"
#include "lifecycle/operation_log.h"
#include "lifecycle/orphaned.h"
#include "lifecycle/recorder.h"
#include "lifecycle/resources.h"
#include "lifecycle/telling.h"
#include "loader/disks.h"
#include "log/log.h"
#include "lvm/command.h"
#include "records/unusable.h"

/* The other operation of the device: the abort of a poll, or what an abort is to end; or NULL. */
static struct operation *other_of(const struct operation *operation)
{
	struct operation *other = operation->device->operations[!operation_is_abort(operation)];

	return other && operation_is_alive(other) ? other : NULL;
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
	case ENDING_FORGET:
		return EVENT_ENDED_FORGOTTEN;
	default:
		return EVENT_ENDED_STEP;
	}
}

/* The disk that data is copied from, for people. */
static void name_source(struct device *device, char source[DISK_NAME_SIZE])
{
	const char *name;

	device_lock(device);
	name = device->disks ? disks_name(device->disks, false, 0) : NULL;
	snprintf(source, DISK_NAME_SIZE, "%s", name ? name : "the disk that it was copied from");
	device_unlock(device);
}

/* The kernel's latest line about a failure, and when it was written, as dmesg has that. */
static void describe_failure(struct operation *operation, char *text, size_t size)
{
	const struct kernel_log_state *log;

	device_lock(operation->device);
	log = evidence_end_log(&operation->evidence, &operation->device->observation.log);
	text[0] = '\0';
	if (log->told_text[0])
		snprintf(text, size, " (\"[%lld.%03lld] %s\")",
			(long long)(log->told_written_ms / 1000),
			(long long)(log->told_written_ms % 1000), log->told_text);
	device_unlock(operation->device);
}

/*
 * Somebody else's command has let go of data. What it was copied from is not written to yet.
 * IS_OVER: that was its last step, or an abort.
 */
static void log_let_go(struct operation *operation, bool is_over)
{
	char source[DISK_NAME_SIZE], failure[KERNEL_LOG_TEXT_SIZE + 40];

	name_source(operation->device, source);
	describe_failure(operation, failure, sizeof(failure));
	log_operation_message(LOG_LEVEL_ERROR, operation, LOG_MESSAGE_LET_GO, NULL,
		"data may be lost: a command that is not the daemon's, or that polls by itself, "
		"has let go of the old place of data, and the kernel's log tells of a failure "
		"since that began to be copied%s; where that was not a failure of the old place "
		"itself, this, on %s, has the data as it was at that step, until something else is "
		"written there; what was written since then is at the new place alone; so let "
		"nobody write to the old one before the kernel's log was looked at, and the data "
		"was checked; %s",
		failure, source,
		is_over ? "the operation is over; if it was aborted, nothing was let go of"
			: "what is left of the operation is not taken up again: abort it");
}

/* Nobody can compare any more: that is no failure, but people are told. */
static void log_unproved(struct operation *operation)
{
	char source[DISK_NAME_SIZE];
	enum doubt doubt;

	device_lock(operation->device);
	doubt = classify_end_doubt(operation, &operation->device->observation.log);
	device_unlock(operation->device);
	if (doubt == DOUBT_NONE)
		return;
	name_source(operation->device, source);
	log_operation(LOG_LEVEL_WARN, operation,
		"it is not proved that all data was copied, since %s; the old place, on %s, has "
		"the data as it was when it was let go of, until something else is written there",
		doubt_sentence(doubt), source);
}

/* How the operation ended is known, also where its record was set aside. */
static void forget_unusable_record(const struct operation *operation)
{
	record_forget_unusable(&operation->operations->records, operation->terms->asked.lvid,
		operation_is_abort(operation));
}

/* Nothing is left that a command could act on, or go on with: a note would stay for ever. */
static void tell_lost(struct operation *operation)
{
	log_let_go(operation, true);
	telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
	forget_unusable_record(operation);
}

static void note_loss(struct operation *operation, enum operation_event event)
{
	if (event == EVENT_SEES_LET_GO)
		log_let_go(operation, false);
	else
		log_operation_message(LOG_LEVEL_ERROR, operation, LOG_MESSAGE_AT_RISK, NULL,
			"the operation stays as it is in kernel and metadata, since going on would "
			"lose data: abort it");
	losses_add(operation);
	telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
}

static void begin_ending(struct operation *operation, enum operation_event event)
{
	switch (operation->ending) {
	case ENDING_LOSS:
		note_loss(operation, event);
		break;
	case ENDING_FORGET:
		operation->is_forgotten = true;
		recorder_write(operation, operation->recorded_command);
		break;
	case ENDING_ABORT:
		recorder_write(operation, operation->recorded_command);
		break;
	default:
		break;
	}
}

/*
 * The command hangs, whyever it is to end: it gives its turn to others, and neither requests that
 * came meanwhile need wait for it, nor an abort that waits for its end.
 */
static void note_silence(struct operation *operation)
{
	struct operation *other = other_of(operation);

	scheduler_remove(&operation->operations->scheduler, operation);
	telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
	if (other && operation_is_abort(other) && other->state == STATE_BACKING_OFF &&
		other->back_off.reason == BACK_OFF_BUSY)
		context_happened(other, EVENT_NO_PATIENCE);
}

enum operation_event ending_enter(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	/* What runs beyond the end of a daemon is found by the next. */
	enum ending_reason ending = event == EVENT_ORPHAN_LEFT && operation->is_forgotten
					    ? ENDING_FORGET
					    : classify_ending(event);

	/* A new request for a forgotten operation was accepted: it goes on once this is over. */
	if (event == EVENT_WANTED) {
		if (operation->ending == ENDING_FORGET)
			operation->ending = ENDING_STEP_DONE;
		recorder_note_wanted(operation);
		return EVENT_NONE;
	}
	/* A graver reason takes the place of the one before. */
	if (from != STATE_ENDING || ending > operation->ending) {
		operation->ending = ending;
		begin_ending(operation, event);
	}
	if (event == EVENT_IS_SILENT)
		note_silence(operation);
	if (event == EVENT_ORPHAN_LEFT && !orphaned_adopt(operation))
		return EVENT_NOT_ADOPTED;
	if (!operation->attempt.command)
		return end_event(operation->ending);
	command_terminate(operation->attempt.command);
	return EVENT_NONE;
}

enum operation_event ending_enter_yielding(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct operation *abort_operation = other_of(operation);

	(void)from;
	(void)event;
	if (!abort_operation)
		return EVENT_ABORT_FAILED;
	evidence_forget_tables(&operation->evidence);
	/* An lvpoll of a previous daemon that could not be adopted must end first. */
	if (operation->attempt.is_orphan) {
		resources_start_timer_ms(operation, 1000);
		return EVENT_NONE;
	}
	recorder_write(operation, RECORD_NO_COMMAND);
	/* The abort may have waited for the end of this command. */
	if (abort_operation->state == STATE_BACKING_OFF &&
		abort_operation->back_off.reason == BACK_OFF_BUSY)
		context_happened(abort_operation, EVENT_TIMER);
	return EVENT_NONE;
}

/* The operation is over. lifecycle_settle frees it. */
static void end(struct operation *operation, enum operation_event event)
{
	struct operations *operations = operation->operations;

	operation_log_end(operation, event);
	history_add(operation, event);
	if (operation->device->loss == LOSS_SEEN && !operation_is_abort(operation))
		recorder_leave_loss(operation);
	else
		recorder_remove(operation);
	resources_release(operation);
	TAILQ_REMOVE(&operations->list, operation, link);
	TAILQ_INSERT_TAIL(&operations->over, operation, link);
}

enum operation_event ending_enter_finished(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct operation *other = other_of(operation);

	(void)from;
	if (event == EVENT_ABORT_OVER)
		telling_tell_aborted(operation);
	else
		telling_tell(operation, REQUEST_FINISHED, (struct request_result){0});
	if (event != EVENT_ABORT_OVER)
		log_unproved(operation);
	if (operation_is_abort(operation) && event == EVENT_REPORT_OVER)
		losses_clear(operation);
	forget_unusable_record(operation);
	end(operation, event);
	if (operation_is_abort(operation) && other)
		context_happened(other, EVENT_ABORT_OVER);
	return EVENT_NONE;
}

enum operation_event ending_enter_failed(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	struct operation *other = other_of(operation);

	(void)from;
	if (event == EVENT_SEES_LOSS || event == EVENT_SEES_LET_GO ||
		event == EVENT_COPIES_DIFFER) {
		note_loss(operation, event);
	} else if (event == EVENT_REPORT_LET_GO) {
		tell_lost(operation);
	} else if (event == EVENT_REPORT_HOPELESS) {
		forget_unusable_record(operation);
		log_operation(LOG_LEVEL_ERROR, operation,
			"lvm2 says that it has failed, the volume was removed, or disks are "
			"missing and %s fails: it is not tried again, look at it",
			attempt_name(&operation->attempt));
	}
	if (history_is_forgotten(event))
		telling_tell(operation, REQUEST_FAILED, (struct request_result){0});
	else
		telling_tell_failure(operation);
	end(operation, event);
	if (operation_is_abort(operation) && other)
		context_happened(other, EVENT_ABORT_FAILED);
	return EVENT_NONE;
}
