/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translates the exit of a command, or a report of lvm2, into one event; and events into reasons.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>

#include "lifecycle/classify.h"
#include "lifecycle/classify_ends.h"
#include "lifecycle/watching.h"
#include "loader/calls.h"
#include "operation/callbacks.h"

/*
 * Clients are told 100 or 101 if the command could not be run. The dynamic loader, or a shell
 * around lvm, exits with 126 or 127 if there is no program, as in the middle of an upgrade. lvm
 * itself has no such status.
 */
#define STATUS_NO_DESCRIPTORS 100
#define STATUS_NOT_EXECUTED   101
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127

static enum operation_event event_of_ending(enum ending_reason ending)
{
	static const enum operation_event events[] = {
		[ENDING_STEP_DONE] = EVENT_ENDED_STEP,
		[ENDING_GAVE_WAY] = EVENT_ENDED_POLL,
		[ENDING_SILENCE] = EVENT_ENDED_SILENT,
		[ENDING_LOSS] = EVENT_ENDED_LOSS,
		[ENDING_ABORT] = EVENT_ENDED_ABORT,
		[ENDING_STOP] = EVENT_ENDED_STOP,
		[ENDING_FORGET] = EVENT_ENDED_FORGOTTEN,
	};

	return events[ending];
}

/* The daemon ends an lvpoll with SIGTERM. Any other signal was sent by another process. */
static bool is_foreign_signal(const struct request_result *result, bool was_terminated)
{
	return result->by_signal && !(was_terminated && result->value == SIGTERM);
}

static bool could_not_run(const struct request_result *result)
{
	return !result->by_signal &&
	       (result->value == STATUS_NO_DESCRIPTORS || result->value == STATUS_NOT_EXECUTED ||
		       result->value == STATUS_NOT_EXECUTABLE || result->value == STATUS_NOT_FOUND);
}

/* The command ended by itself, even if the daemon was ending it. */
static enum operation_event classify_own_exit(
	const struct operation *operation, const struct lvmpolld_progress *progress)
{
	const struct request_result *result = &operation->attempt.result;
	const struct lvmpolld_exit ended = {
		.struct_size = sizeof(ended),
		.status = result->by_signal ? -1 : result->value,
		.signal = result->by_signal ? result->value : 0,
		.presence = LVMPOLLD_UNKNOWN,
	};

	if (could_not_run(result))
		return EVENT_EXIT_NOT_RUN;
	if (callbacks_read_exit(operation, &ended, progress) == LVMPOLLD_CONTINUES)
		return EVENT_EXIT_CONTINUES;
	if (result->value != 0)
		return EVENT_EXIT_FAILED;
	/* Unlike lvpoll it has done what it was told: what is due next, the table shows. */
	if (!attempt_is_lvpoll(&operation->attempt))
		return operation_is_abort(operation) ? EVENT_EXIT_OVER : EVENT_EXIT_CONTINUES;
	/* That it was aborted is for the metadata to say. */
	return operation->attempt.has_shown_end && !operation_is_abort(operation)
		       ? EVENT_EXIT_OVER
		       : EVENT_EXIT_UNPROVED;
}

/*
 * A command of a previous daemon that was left to end by itself: how it ended nobody knows, and
 * what it did, the kernel shows.
 */
static bool is_end_unknown(const struct operation *operation, bool was_terminated)
{
	return was_terminated && !attempt_is_lvpoll(&operation->attempt);
}

enum operation_event classify_exit(const struct operation *operation, bool was_terminated,
	const struct lvmpolld_progress *progress)
{
	const struct request_result *result = &operation->attempt.result;
	bool is_ending = operation->state == STATE_ENDING;
	/* For these reasons it does not matter how the command ends. */
	bool is_decided = is_ending && operation->ending >= ENDING_SILENCE;
	/* lvm2 since 2.03.40 exits with a status on SIGTERM. What it did, the kernel shows. */
	bool is_cut = was_terminated && !(!result->by_signal && result->value == 0);

	if (is_decided)
		return event_of_ending(operation->ending);
	if (is_end_unknown(operation, was_terminated))
		return EVENT_EXIT_CONTINUES;
	if (is_foreign_signal(result, was_terminated))
		return EVENT_EXIT_SIGNAL;
	if (is_ending && is_cut)
		return event_of_ending(operation->ending);
	return classify_own_exit(operation, progress);
}

static bool is_good(const struct request_result *result)
{
	return !result->by_signal && result->value == 0;
}

static bool has_failed(const struct attempt *attempt)
{
	return attempt->pid > 0 && attempt->end == ATTEMPT_ENDED_ITSELF &&
	       !is_good(&attempt->result);
}

static bool has_succeeded(const struct attempt *attempt)
{
	return attempt->pid > 0 && attempt->end == ATTEMPT_ENDED_ITSELF &&
	       is_good(&attempt->result);
}

/* An lvpoll that finds no volume exits with 0, too, but does not tell that all is copied. */
static bool has_said_end(const struct attempt *attempt)
{
	return attempt->has_shown_end && attempt->end == ATTEMPT_ENDED_ITSELF &&
	       is_good(&attempt->result);
}

/*
 * Whether no step begins without a proof that its data was copied. The kernel takes data for copied
 * that it could not write to a missing disk. When the disk is back, an attempt that nobody asks for
 * would let go of the only good copy.
 */
static bool is_proved_by_kernel(const struct operation *operation)
{
	return (operation->is_watchable || watching_is_awaited(operation)) &&
	       plugin_verifies(operation->terms->plugin);
}

static enum operation_event classify_standing(
	const struct operation *operation, bool is_gone, const struct report_volume *volume)
{
	switch (callbacks_read_report(operation, &volume->row)) {
	case LVMPOLLD_STANDING_OVER:
		return EVENT_REPORT_OVER;
	case LVMPOLLD_STANDING_FAILED:
		return EVENT_REPORT_HOPELESS;
	case LVMPOLLD_STANDING_GOES_ON:
		break;
	case LVMPOLLD_STANDING_CANNOT_TELL:
	default:
		/* If the plugin cannot tell, lvpoll's own word counts. */
		if (has_said_end(&operation->attempt))
			return EVENT_REPORT_OVER;
		break;
	}
	if (volume->is_partial && !operation_is_abort(operation) &&
		has_failed(&operation->attempt) && !is_proved_by_kernel(operation))
		return EVENT_REPORT_HOPELESS;
	/* It was not run yet, and no look has shown its names. */
	if (operation_is_abort(operation) && operation->attempt.pid == 0 &&
		(!operation->attempt.vg_name || !operation->is_watchable))
		return EVENT_REPORT_STEP;
	if (classify_is_renamed(operation, volume->vg_name, volume->lv_name))
		return EVENT_REPORT_RENAMED;
	return is_gone && !operation_is_abort(operation) && operation->is_watchable
		       ? EVENT_REPORT_INACTIVE
		       : EVENT_REPORT_GOES_ON;
}

/* The group is seen, with all its disks, and has no such volume. */
static enum operation_event classify_absence(const struct operation *operation, bool is_gone)
{
	switch (callbacks_read_report(operation, NULL)) {
	case LVMPOLLD_STANDING_OVER:
		return EVENT_REPORT_OVER;
	/* The volume was to stay, and somebody has removed it. */
	case LVMPOLLD_STANDING_FAILED:
		return EVENT_REPORT_HOPELESS;
	default:
		break;
	}
	if (!is_gone)
		return EVENT_REPORT_NO_ANSWER;
	/* Of what was removed nothing is left to be aborted. */
	if (operation_is_abort(operation) && has_succeeded(&operation->attempt))
		return EVENT_REPORT_OVER;
	/* Whether it was finished before it was removed, lvpoll may have said. */
	return has_said_end(&operation->attempt) ? EVENT_REPORT_OVER : EVENT_REPORT_HOPELESS;
}

enum operation_event classify_report(const struct operation *operation, const struct report *report,
	bool is_gone, struct report_volume *volume)
{
	if (!report)
		return EVENT_REPORT_NO_ANSWER;
	switch (report_find(report, operation->terms->asked.lvid, volume)) {
	case REPORT_HAS_VOLUME:
		return classify_standing(operation, is_gone, volume);
	case REPORT_LACKS_VOLUME:
		/* Missing disks may hold newer metadata. */
		return volume->is_partial ? EVENT_REPORT_NO_ANSWER
					  : classify_absence(operation, is_gone);
	case REPORT_LACKS_GROUP:
	default:
		return is_gone && operation->is_watchable && !operation_is_abort(operation)
			       ? EVENT_REPORT_ABSENT
			       : EVENT_REPORT_NOT_SEEN;
	}
}

enum back_off_reason classify_pause(const struct operation *operation, enum operation_event event)
{
	switch (event) {
	case EVENT_SEES_EARLY:
		return BACK_OFF_NOT_BEFORE;
	case EVENT_SEES_SAME:
		return has_failed(&operation->attempt) && !operation->attempt.result.by_signal
			       ? BACK_OFF_STATUS
			       : BACK_OFF_VAIN;
	case EVENT_EXIT_SIGNAL:
		return BACK_OFF_SIGNAL;
	case EVENT_NOT_EXECUTABLE:
	case EVENT_EXIT_NOT_RUN:
		return BACK_OFF_NOT_EXECUTABLE;
	case EVENT_NOT_ADOPTED:
		return operation->attempt.failure == EINPROGRESS ? BACK_OFF_SEARCH
								 : BACK_OFF_ORPHAN;
	case EVENT_ENDED_POLL:
		return BACK_OFF_INTERVAL;
	case EVENT_ENDED_SILENT:
		return BACK_OFF_SILENT;
	case EVENT_NOT_COMPARED:
		return operation->is_watchable ? BACK_OFF_UNVERIFIED : BACK_OFF_UNWATCHED;
	case EVENT_SEES_STUCK:
		return BACK_OFF_SUSPENDED;
	case EVENT_REPORT_GOES_ON:
		return has_failed(&operation->attempt) ? BACK_OFF_STATUS
		       : !has_succeeded(&operation->attempt) && classify_shows_copying(operation)
			       ? BACK_OFF_UNMOVED
			       : BACK_OFF_CONTRADICTED;
	case EVENT_REPORT_NOT_SEEN:
		return BACK_OFF_NOT_SEEN;
	case EVENT_REPORT_NO_ANSWER:
		return BACK_OFF_NO_ANSWER;
	case EVENT_NOT_STARTED:
	default:
		return operation->attempt.failure == EBUSY ? BACK_OFF_BUSY : BACK_OFF_NOT_STARTED;
	}
}

enum ending_reason classify_ending(enum operation_event event)
{
	switch (event) {
	case EVENT_WAY_IS_WANTED:
		return ENDING_GAVE_WAY;
	case EVENT_IS_SILENT:
		return ENDING_SILENCE;
	case EVENT_SEES_LOSS:
	case EVENT_SEES_LET_GO:
		return ENDING_LOSS;
	case EVENT_ABORTED:
		return ENDING_ABORT;
	case EVENT_STOP:
		return ENDING_STOP;
	case EVENT_FORGOTTEN:
		return ENDING_FORGET;
	default:
		return ENDING_STEP_DONE;
	}
}
