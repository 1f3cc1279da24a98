/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translates an observation, the exit of a command, or a report into one event. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "lifecycle/classify.h"
#include "loader/calls.h"

/*
 * Clients are told 100 or 101 if the command could not be run. The dynamic loader, or a shell
 * around lvm, exits with 126 or 127 if there is no program, as in the middle of an upgrade. lvm
 * itself has no such status.
 */
#define STATUS_NO_DESCRIPTORS 100
#define STATUS_NOT_EXECUTED   101
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127

static struct lvmpolld_exit make_exit(
	const struct request_result *result, bool cut, enum lvmpolld_presence presence)
{
	return (struct lvmpolld_exit){
		.struct_size = sizeof(struct lvmpolld_exit),
		.status = result->by_signal ? -1 : result->value,
		.signal = result->by_signal ? result->value : 0,
		.cut = cut,
		.presence = presence,
	};
}

bool classify_is_renamed(
	const struct operation *operation, const char *vg_name, const char *lv_name)
{
	const struct attempt *attempt = &operation->attempt;

	return vg_name && lv_name && attempt->vg_name && attempt->lv_name &&
	       (strcmp(vg_name, attempt->vg_name) != 0 || strcmp(lv_name, attempt->lv_name) != 0);
}

static bool is_copying(const struct observation *observation)
{
	return observation->verdict == LVMPOLLD_WATCH ||
	       observation->verdict == LVMPOLLD_WATCH_TIMED;
}

bool classify_is_copied(const struct observation *observation)
{
	return observation->kind == OBSERVED &&
	       (is_copying(observation) || observation->copies.count > 0);
}

/* Whether the device contradicts a command that says that all is over. */
static bool is_contradicted(
	const struct operation *operation, const struct observation *observation)
{
	static const struct request_result well = {0};
	static const struct lvmpolld_progress nothing = {.struct_size = sizeof(nothing)};
	const struct lvmpolld_exit ended = make_exit(&well, false, LVMPOLLD_PRESENT);

	if (classify_is_renamed(operation, observation->vg_name, observation->lv_name))
		return true;
	if (is_copying(observation))
		return !operation_is_abort(operation) ||
		       plugin_read_exit(operation->terms->plugin, &operation->terms->asked, &ended,
			       &nothing) == LVMPOLLD_CONTINUES;
	return plugin_read_exit(operation->terms->plugin, &operation->terms->asked, &ended,
		       &nothing) == LVMPOLLD_CONTINUES;
}

static enum operation_event confirm(
	const struct operation *operation, const struct observation *observation)
{
	if (observation->kind == OBSERVED_SUSPENDED)
		return observation->is_stalled ? EVENT_SEES_OTHERWISE : EVENT_SEES_SUSPENDED;
	if (observation->kind != OBSERVED_GONE && is_contradicted(operation, observation))
		return EVENT_SEES_OTHERWISE;
	/* The kernel's log contradicts it: lvm2 is asked whether anything is left. */
	return classify_end_doubt(operation, &observation->log) == DOUBT_FAILURE
		       ? EVENT_SEES_OTHERWISE
		       : EVENT_SEES_END;
}

bool classify_is_changed(const struct operation *operation, const struct observation *observation)
{
	return observation->kind == OBSERVED && operation->attempt.signature != 0 &&
	       observation->signature != operation->attempt.signature;
}

/*
 * While a command runs: whether its work is done, by what the kernel shows. Where all is copied the
 * command may be about to end, and will say how; unless it has said that there is more.
 */
static enum operation_event look_at_work(
	const struct operation *operation, const struct observation *observation)
{
	const struct attempt *attempt = &operation->attempt;

	if (observation->kind != OBSERVED)
		return EVENT_SEES_SAME;
	if (attempt->purpose == ATTEMPT_STEP && classify_is_changed(operation, observation) &&
		(is_copying(observation) || !observation->is_whole || attempt->has_shown_more))
		return EVENT_STEP_IS_DONE;
	/*
	 * lvpoll polls since the kernel was of no help: it is, by now. Or there is a doubt by now,
	 * and lvpoll might let go of what is not copied.
	 */
	if (attempt->purpose == ATTEMPT_POLL &&
		(observation->verdict != LVMPOLLD_POLL ||
			classify_doubt(operation, observation) != DOUBT_NONE))
		return EVENT_STEP_IS_DONE;
	return EVENT_SEES_SAME;
}

/* Whether all is done in a pause in which no process of lvm2 runs for the device. */
static bool is_done_in_pause(
	const struct operation *operation, const struct observation *observation)
{
	return observation->kind == OBSERVED && observation->verdict == LVMPOLLD_DONE &&
	       operation->back_off.reason != BACK_OFF_SEARCH &&
	       operation->back_off.reason != BACK_OFF_ORPHAN &&
	       operation->back_off.reason != BACK_OFF_BUSY;
}

static enum operation_event look_for_change(
	const struct operation *operation, const struct observation *observation)
{
	return observation->signature != operation->back_off.signature || observation->is_stalled
		       ? EVENT_SEES_CHANGE
		       : EVENT_SEES_SAME;
}

/*
 * A pause ends when the table changes, or all is done; but some reasons do not depend on the
 * kernel.
 */
static enum operation_event look_in_pause(
	const struct operation *operation, const struct observation *observation)
{
	if (is_done_in_pause(operation, observation) && !operation_is_abort(operation))
		return EVENT_SEES_CHANGE;
	switch (operation->back_off.reason) {
	case BACK_OFF_NOT_BEFORE:
	case BACK_OFF_INTERVAL:
	case BACK_OFF_SEARCH:
	case BACK_OFF_ORPHAN:
	case BACK_OFF_BUSY:
	case BACK_OFF_NOT_STARTED:
	case BACK_OFF_NOT_EXECUTABLE:
		return EVENT_SEES_SAME;
	case BACK_OFF_SUSPENDED:
		return observation->kind == OBSERVED_SUSPENDED ? EVENT_SEES_SAME
							       : EVENT_SEES_CHANGE;
	case BACK_OFF_UNVERIFIED:
		/* Then the step is not due any more, as where the table is understood again. */
		if (observation->kind == OBSERVED && is_copying(observation))
			return EVENT_SEES_CHANGE;
		return look_for_change(operation, observation);
	default:
		return look_for_change(operation, observation);
	}
}

enum doubt classify_doubt(const struct operation *operation, const struct observation *observation)
{
	const struct plugin_entry *plugin = operation->terms->plugin;
	const struct lvmpolld_copies *copies = &observation->copies;
	uint64_t signature = observation->copies_signature;
	enum doubt doubt;

	if (operation_is_abort(operation) || !plugin_verifies(plugin) ||
		(copies->count == 0 && !copies->is_unknown))
		return DOUBT_NONE;
	doubt = evidence_doubt(
		&operation->evidence, &observation->log, plugin_knows_kernel(plugin), signature);
	if (doubt == DOUBT_NONE && plugin->verify == PLUGIN_VERIFY_ALWAYS &&
		(signature == 0 || operation->evidence.compared != signature))
		return DOUBT_ALWAYS;
	return doubt;
}

bool classify_is_doubtful(const struct operation *operation, const struct observation *observation)
{
	const struct plugin_entry *plugin = operation->terms->plugin;

	return plugin->verify == PLUGIN_VERIFY_ALWAYS ||
	       evidence_doubt(&operation->evidence, &observation->log, plugin_knows_kernel(plugin),
		       0) != DOUBT_NONE;
}

/*
 * A stalled operation has lvpoll run, unless this returns true, or the kernel does all of it.
 * Before that run no copies can be compared, and by the time at which lvpoll looks the kernel may
 * take all for copied. So there is none while the kernel copies, and none where a doubt asks for a
 * comparison.
 */
static bool is_stall_awaited(
	const struct operation *operation, const struct observation *observation)
{
	const struct plugin_entry *plugin = operation->terms->plugin;
	/* A suspended one goes on with what was seen before. */
	bool was_seen = observation->kind == OBSERVED || observation->table_signature != 0;

	if (plugin->interface->kernel_only)
		return true;
	if (!observation->is_stalled || !plugin_verifies(plugin))
		return false;
	return (was_seen && is_copying(observation)) ||
	       classify_is_doubtful(operation, observation);
}

bool classify_is_let_go(const struct operation *operation, const struct observation *observation)
{
	return observation->kind == OBSERVED && !operation_is_abort(operation) &&
	       plugin_verifies(operation->terms->plugin) &&
	       evidence_is_let_go(
		       &operation->evidence, &observation->log, observation->table_signature);
}

enum doubt classify_end_doubt(const struct operation *operation, const struct kernel_log_state *log)
{
	const struct plugin_entry *plugin = operation->terms->plugin;

	if (operation_is_abort(operation) || !operation->is_watchable || !plugin_verifies(plugin))
		return DOUBT_NONE;
	return evidence_end_doubt(&operation->evidence, log, plugin_knows_kernel(plugin));
}

static enum operation_event decide(
	const struct operation *operation, const struct observation *observation, int64_t now_ms)
{
	bool is_stalled;

	if (observation->kind == OBSERVED_GONE)
		return EVENT_SEES_GONE;
	/* An abort is one change of the metadata, whatever the kernel does. */
	if (operation_is_abort(operation))
		return EVENT_SEES_STEP;
	is_stalled = observation->is_stalled && !is_stall_awaited(operation, observation);
	if (observation->kind == OBSERVED_SUSPENDED && !is_stalled)
		return observation->is_stalled ? EVENT_SEES_STUCK : EVENT_SEES_SUSPENDED;
	if (observation->kind == OBSERVED && observation->verdict == LVMPOLLD_DONE)
		return EVENT_SEES_DONE;
	if (!is_stalled && observation->verdict != LVMPOLLD_STEP &&
		observation->verdict != LVMPOLLD_POLL)
		return EVENT_SEES_COPYING;
	if (now_ms < operation->not_before_ms)
		return EVENT_SEES_EARLY;
	/* Whether all is copied cannot be told: an lvpoll that polls might let go of it. */
	if (!is_stalled && observation->verdict == LVMPOLLD_POLL)
		return classify_doubt(operation, observation) != DOUBT_NONE ? EVENT_SEES_DOUBT
									    : EVENT_SEES_UNKNOWN;
	if (operation->attempt.signature != 0 &&
		operation->attempt.signature == observation->signature)
		return EVENT_SEES_SAME;
	return classify_doubt(operation, observation) != DOUBT_NONE ? EVENT_SEES_DOUBT
								    : EVENT_SEES_STEP;
}

enum operation_event classify_unwatched(const struct operation *operation, int64_t now_ms)
{
	if (operation_is_abort(operation))
		return EVENT_SEES_STEP;
	return now_ms < operation->not_before_ms ? EVENT_SEES_EARLY : EVENT_SEES_UNKNOWN;
}

enum operation_event classify_look(
	const struct operation *operation, const struct observation *observation, int64_t now_ms)
{
	bool is_let_go =
		classify_is_let_go(operation, observation) && !operation->attempt.is_orphan;

	/*
	 * An abort loses no data: it is what remains to be done then. A process of a previous
	 * daemon that cannot be adopted yet must be ended first: the loss is seen again then.
	 */
	if ((observation->has_loss || operation->device->loss != LOSS_UNSEEN) &&
		!operation_is_abort(operation) && !operation->attempt.is_orphan)
		return EVENT_SEES_LOSS;
	if (is_let_go && classify_is_copied(observation))
		return EVENT_SEES_LET_GO;
	switch (operation->state) {
	case STATE_CONFIRMING:
		return confirm(operation, observation);
	case STATE_RUNNING:
		return look_at_work(operation, observation);
	case STATE_BACKING_OFF:
		return look_in_pause(operation, observation);
	default:
		return is_let_go ? EVENT_SEES_ENDING : decide(operation, observation, now_ms);
	}
}

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
	const struct lvmpolld_exit ended = make_exit(result, false, LVMPOLLD_UNKNOWN);

	if (could_not_run(result))
		return EVENT_EXIT_NOT_RUN;
	if (plugin_read_exit(operation->terms->plugin, &operation->terms->asked, &ended,
		    progress) == LVMPOLLD_CONTINUES)
		return EVENT_EXIT_CONTINUES;
	if (result->value != 0)
		return EVENT_EXIT_FAILED;
	/* That it was aborted is for the metadata to say. */
	return operation->attempt.has_shown_end && !operation_is_abort(operation)
		       ? EVENT_EXIT_OVER
		       : EVENT_EXIT_UNPROVED;
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
	if (is_foreign_signal(result, was_terminated))
		return EVENT_EXIT_SIGNAL;
	if (is_ending && is_cut)
		return event_of_ending(operation->ending);
	return classify_own_exit(operation, progress);
}

static bool has_failed(const struct attempt *attempt)
{
	return attempt->pid > 0 && (attempt->result.by_signal || attempt->result.value != 0);
}

static bool has_succeeded(const struct attempt *attempt)
{
	return attempt->pid > 0 && !attempt->result.by_signal && attempt->result.value == 0;
}

/* An lvpoll that finds no volume exits with 0, too, but does not tell that all is copied. */
static bool has_said_end(const struct attempt *attempt)
{
	return attempt->has_shown_end && !attempt->result.by_signal && attempt->result.value == 0;
}

static enum operation_event classify_standing(
	const struct operation *operation, bool is_gone, const struct report_volume *volume)
{
	const struct terms *terms = operation->terms;

	switch (plugin_read_report(terms->plugin, &terms->asked, &volume->row)) {
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
	/*
	 * The kernel takes data for copied that it could not write to a missing disk. When the disk
	 * is back, an automatic attempt would drop the only good copy.
	 */
	if (volume->is_partial && !operation_is_abort(operation) && has_failed(&operation->attempt))
		return EVENT_REPORT_HOPELESS;
	if (classify_is_renamed(operation, volume->vg_name, volume->lv_name))
		return EVENT_REPORT_RENAMED;
	/* It was not tried yet, and no look has shown its names. */
	if (operation_is_abort(operation) && !operation->attempt.vg_name)
		return EVENT_REPORT_STEP;
	return is_gone && !operation_is_abort(operation) && operation->is_watchable
		       ? EVENT_REPORT_INACTIVE
		       : EVENT_REPORT_GOES_ON;
}

/* The group is seen, with all its disks, and has no such volume. */
static enum operation_event classify_absence(const struct operation *operation, bool is_gone)
{
	const struct terms *terms = operation->terms;

	switch (plugin_read_report(terms->plugin, &terms->asked, NULL)) {
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
		return BACK_OFF_UNVERIFIED;
	case EVENT_SEES_STUCK:
		return BACK_OFF_SUSPENDED;
	case EVENT_REPORT_GOES_ON:
		return has_failed(&operation->attempt) ? BACK_OFF_STATUS : BACK_OFF_CONTRADICTED;
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
