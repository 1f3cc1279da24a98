/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry actions of the states. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lifecycle/actions.h"
#include "lifecycle/asking.h"
#include "lifecycle/attempts.h"
#include "lifecycle/back_off.h"
#include "lifecycle/classify.h"
#include "lifecycle/context.h"
#include "lifecycle/ending.h"
#include "lifecycle/losses.h"
#include "lifecycle/recorder.h"
#include "lifecycle/resources.h"
#include "lifecycle/telling.h"
#include "lifecycle/verifying.h"
#include "lifecycle/watching.h"
#include "loader/calls.h"
#include "log/log.h"
#include "monitor/monitor.h"
#include "records/unusable.h"
#include "util/boot.h"
#include "util/checksum.h"

/* How often lvm2 is asked about a dormant operation, if the kernel raises no event. */
#define DORMANT_S 3600

/* How long an abort waits for a first look, which takes some milliseconds. */
#define ABORT_LOOK_S 10

/* The monitor has seen the device, and so its names, and no command for it has ended since. */
static bool is_seen(struct operation *operation)
{
	struct devices *devices = &operation->operations->devices;
	struct device *device = operation->device;
	bool is_there;
	unsigned ended;

	devices_lock(devices);
	ended = device->watch.ended;
	devices_unlock(devices);
	device_lock(device);
	is_there = device->observation.kind == OBSERVED ||
		   device->observation.kind == OBSERVED_SUSPENDED;
	is_there = is_there && device->observation.ended == ended;
	device_unlock(device);
	return is_there;
}

/* Pauses begin with the shortest again. Who waits while attempts fail is told none the later. */
void actions_begin_anew(struct operation *operation)
{
	operation->back_off.count = 0;
	operation->attempt.phases = 0;
}

/* The operation has got on: earlier failures no longer count. */
static void note_success(struct operation *operation)
{
	actions_begin_anew(operation);
	telling_end_failing(operation);
}

static bool has_command(const struct operation *operation)
{
	return operation->attempt.command || operation->attempt.is_orphan;
}

/*
 * Where the copies could not be read the device may be on its way out: nothing is copied in it.
 * WAS_GONE: it is there again, so all is copied anew. IS_PRESENT: no lvpoll has ended since the
 * look, so where none runs the table is not one that a step is about to leave.
 */
static bool note_table(struct operation *operation, const struct observation *observation,
	bool was_gone, bool is_present)
{
	bool is_anew = was_gone || observation->verdict == LVMPOLLD_WATCH ||
		       (is_present && !has_command(operation));

	if (!classify_is_copied(observation))
		return false;
	/* By the record of an earlier version, this may be the table before the step that runs. */
	if (has_command(operation) && evidence_lacks_tables(&operation->evidence))
		return false;
	return evidence_note_table(&operation->evidence, &observation->log,
		observation->table_signature, is_anew,
		plugin_knows_kernel(operation->terms->plugin));
}

static bool note_presence(struct operation *operation, const struct observation *observation)
{
	switch (observation->kind) {
	case OBSERVED_GONE:
		return evidence_note_gone(&operation->evidence, &observation->log);
	case OBSERVED:
	case OBSERVED_SUSPENDED:
		return evidence_note_there(&operation->evidence);
	case OBSERVED_NOTHING_YET:
	default:
		return false;
	}
}

/* When it was asked for, by running_clock_ms, or earlier where the machine was suspended since. */
static int64_t asked_ms(const struct operation *operation)
{
	return running_clock_ms() - (boot_clock_ms() - operation->begun_ms);
}

/*
 * Which table the data is copied in is on record, as what the log tells of it is, and what it told
 * when the device was first gone.
 */
static void note_evidence(
	struct operation *operation, const struct observation *observation, bool is_present)
{
	const struct attempt *attempt = &operation->attempt;
	bool is_news;

	if (operation_is_abort(operation) || operation->state == STATE_YIELDING)
		return;
	/* By the configuration nobody proves a step: none is told of from what was known before. */
	if (!plugin_verifies(operation->terms->plugin)) {
		evidence_forget_tables(&operation->evidence);
		return;
	}
	/* That need not be on record: when it was asked for is. */
	evidence_bound(&operation->evidence, &observation->log, asked_ms(operation));
	is_news = note_presence(operation, observation);
	is_news |= note_table(operation, observation, is_news, is_present);
	if (!is_news)
		return;
	/*
	 * The end of a step is written down anyway, as that of a dormant state is; an lvpoll that
	 * polls may run for days.
	 */
	if (operation->state != STATE_DORMANT &&
		(!attempt->command || attempt->purpose == ATTEMPT_POLL) &&
		!operation->operations->is_stopping)
		recorder_write(operation, operation->recorded_command);
}

void actions_note_look(
	struct operation *operation, const struct observation *observation, bool is_present)
{
	const struct attempt *attempt = &operation->attempt;

	/*
	 * Noted during an abort, too: if the abort fails, the kernel may no longer show the loss.
	 */
	if (observation->has_loss)
		losses_add(operation);
	/*
	 * The comparison was of another table, or the data is being copied again. The device that
	 * comes in the place of one that is gone may be numbered as that was.
	 */
	if (observation->kind == OBSERVED_GONE ||
		(observation->kind == OBSERVED &&
			observation->copies_signature != operation->evidence.compared))
		operation->evidence.compared = 0;
	note_evidence(operation, observation, is_present);
	/* A table in which nothing is copied any more: lvpoll is about to end, or waits. */
	if (attempt->command && classify_is_changed(operation, observation))
		attempts_expect_end(operation);
	/*
	 * The attempt has changed the table: a success. In any other state it has failed before,
	 * and stays a failure.
	 */
	if (operation->state == STATE_LOOKING && classify_is_changed(operation, observation) &&
		!classify_is_phase_alone(operation, observation))
		note_success(operation);
}

/*
 * An abort needs only the names, so it does not wait for storage that hangs: it takes those that
 * the kernel has shown, or, where it shows none, lvm2 is asked. After an attempt they may be
 * another volume's.
 */
static enum operation_event begin_abort(struct operation *operation)
{
	if (is_seen(operation))
		return EVENT_SEES_STEP;
	resources_start_timer_ms(operation, INT64_C(1000) * ABORT_LOOK_S);
	return EVENT_NONE;
}

static enum operation_event enter_looking(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	/* A client or an administrator asks. */
	if (event == EVENT_WANTED) {
		recorder_note_wanted(operation);
		actions_begin_anew(operation);
	}
	/* The device does I/O again. */
	if (event == EVENT_SEES_CHANGE && operation->back_off.reason == BACK_OFF_SUSPENDED)
		note_success(operation);
	/* An attempt before the pause, or under another name, is not compared with this one. */
	if (event == EVENT_TIMER || event == EVENT_WANTED || event == EVENT_REPORT_RENAMED)
		operation->attempt.signature = 0;
	if (event == EVENT_ABORT_FAILED)
		log_operation(LOG_LEVEL_WARN, operation,
			"the abort did not succeed: the operation goes on");
	/* It yielded before its lvpoll of a previous daemon was found, or could be adopted. */
	if (operation->attempt.is_orphan)
		return EVENT_ORPHAN_LEFT;
	if (operation_is_abort(operation) && telling_has_told(operation))
		return EVENT_NO_PATIENCE;
	if (from == STATE_YIELDING)
		recorder_write(operation, RECORD_NO_COMMAND);
	if (operation_is_being_aborted(operation))
		return EVENT_ABORTED;
	if (operation->device->loss != LOSS_UNSEEN && !operation_is_abort(operation))
		return EVENT_SEES_LOSS;
	watching_take(operation);
	if (!operation->is_watchable)
		return classify_unwatched(
			operation, boot_clock_ms(), watching_is_awaited(operation));
	watching_watch(operation);
	return operation_is_abort(operation) ? begin_abort(operation) : EVENT_NONE;
}

static enum operation_event enter_copying(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	operation->is_begun = true;
	if (event == EVENT_SEES_COPYING) {
		note_success(operation);
		/* How it ended before says nothing of what comes. */
		operation->attempt.end = ATTEMPT_ENDED_BY_US;
		operation->attempt.result = (struct request_result){0};
	}
	monitor_note_copying(operation->operations->monitor, operation->device);
	return EVENT_NONE;
}

static enum operation_event enter_verifying(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	(void)event;
	return verifying_begin(operation);
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
	log_operation(LOG_LEVEL_ERROR, operation, "cannot wait for a turn: out of memory");
	return EVENT_NOT_STARTED;
}

/* Logs why a command could not be started, once for each cause in a row. */
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
			log_operation(LOG_LEVEL_NOTICE, operation, "%s runs again",
				attempt_name(attempt));
		attempt->failure_said = 0;
		attempts_limit_step(operation);
		return EVENT_NONE;
	}
	scheduler_remove(&operation->operations->scheduler, operation);
	if (result == -ESTALE)
		return EVENT_NOT_PROVED;
	if (result != -EBUSY)
		log_failure(operation, error.sentence);
	return result == -ENOEXEC ? EVENT_NOT_EXECUTABLE : EVENT_NOT_STARTED;
}

static bool has_unusable_record(const struct operation *operation)
{
	return record_is_unusable(&operation->operations->records, operation->terms->asked.lvid,
		operation_is_abort(operation));
}

static enum operation_event enter_confirming(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	(void)event;
	/* The record of an earlier daemon was set aside: what that command has found may be half.
	 */
	if (has_unusable_record(operation))
		return EVENT_SEES_OTHERWISE;
	/* Without the kernel nothing can contradict the command. */
	if (!operation->is_watchable)
		return watching_is_awaited(operation) ? EVENT_SEES_OTHERWISE : EVENT_SEES_END;
	watching_watch(operation);
	return EVENT_NONE;
}

static enum operation_event enter_asking(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	if (event == EVENT_WANTED)
		actions_begin_anew(operation);
	/* The answer may take its time, as where the group is locked. */
	if (event == EVENT_EXIT_FAILED)
		telling_begin_failing(operation);
	return asking_add(operation) < 0 ? EVENT_REPORT_NO_ANSWER : EVENT_NONE;
}

static enum operation_event enter_dormant(
	struct operation *operation, enum operation_state from, enum operation_event event)
{
	(void)from;
	/* The record of what is dormant does not tell when it was first gone. */
	if (operation->evidence.gone.is_read)
		recorder_write(operation, operation->recorded_command);
	log_operation(LOG_LEVEL_WARN, operation, "%s: it waits until the volume is there",
		event == EVENT_REPORT_INACTIVE ? "the volume is not active"
					       : "neither the volume nor its group is seen");
	recorder_set_dormant(operation, true);
	telling_begin_failing(operation);
	resources_start_timer_ms(operation, INT64_C(1000) * DORMANT_S);
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
		[STATE_VERIFYING] = enter_verifying,
		[STATE_WAITING] = enter_waiting,
		[STATE_RUNNING] = enter_running,
		[STATE_CONFIRMING] = enter_confirming,
		[STATE_ASKING] = enter_asking,
		[STATE_BACKING_OFF] = back_off_enter,
		[STATE_DORMANT] = enter_dormant,
		[STATE_ENDING] = ending_enter,
		[STATE_YIELDING] = ending_enter_yielding,
		[STATE_FINISHED] = ending_enter_finished,
		[STATE_FAILED] = ending_enter_failed,
	};

	return entries[operation->state](operation, from, event);
}
