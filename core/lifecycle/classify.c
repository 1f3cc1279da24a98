/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translates an observation into one event. */
#include "config.h"

#include <string.h>

#include "lifecycle/classify.h"
#include "loader/calls.h"
#include "operation/callbacks.h"

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

uint64_t classify_position(const struct operation *operation)
{
	const struct lvmpolld_progress progress = device_progress(operation->device);

	if (progress.total_sectors > 0)
		return progress.done_sectors;
	return progress.percent > 0 ? (uint64_t)(progress.percent * 1000) : 0;
}

bool classify_shows_copying(const struct operation *operation)
{
	struct device *device = operation->device;
	bool shows;

	device_lock(device);
	shows = device->observation.kind == OBSERVED && is_copying(&device->observation);
	device_unlock(device);
	return shows;
}

/* Whether the device contradicts a command that says that all is over. */
static bool is_contradicted(
	const struct operation *operation, const struct observation *observation)
{
	static const struct lvmpolld_progress nothing = {.struct_size = sizeof(nothing)};
	static const struct lvmpolld_exit ended = {
		.struct_size = sizeof(ended), .presence = LVMPOLLD_PRESENT};

	/* It was to stay: somebody has removed it, and the command may have found another one. */
	if (observation->kind == OBSERVED_GONE)
		return callbacks_read_report(operation, NULL) == LVMPOLLD_STANDING_FAILED;
	if (classify_is_renamed(operation, observation->vg_name, observation->lv_name))
		return true;
	if (is_copying(observation) && !operation_is_abort(operation))
		return true;
	return callbacks_read_exit(operation, &ended, &nothing) == LVMPOLLD_CONTINUES;
}

static enum operation_event confirm(
	const struct operation *operation, const struct observation *observation)
{
	if (observation->kind == OBSERVED_SUSPENDED)
		return observation->is_stalled ? EVENT_SEES_OTHERWISE : EVENT_SEES_SUSPENDED;
	if (is_contradicted(operation, observation))
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

bool classify_is_phase_alone(
	const struct operation *operation, const struct observation *observation)
{
	return operation->terms->plugin->interface->commands && observation->kind == OBSERVED &&
	       observation->table_signature == operation->attempt.table_signature;
}

/* A phase that was run is due again, and nothing has got on since: two would be run in turn. */
static bool is_phase_run_again(
	const struct operation *operation, const struct observation *observation)
{
	unsigned phase;

	if (!classify_is_phase_alone(operation, observation) ||
		observation->verdict != LVMPOLLD_STEP)
		return false;
	phase = device_progress(operation->device).phase;
	return phase < 64 && (operation->attempt.phases >> phase & 1) != 0;
}

/*
 * While a command runs: whether its work is done, by what the kernel shows. Where all is copied the
 * command may be about to end, and will say how; unless it has said that there is more.
 */
static enum operation_event look_at_work(
	const struct operation *operation, const struct observation *observation)
{
	const struct attempt *attempt = &operation->attempt;

	/* Another command than lvpoll ends by itself, and its status tells. */
	if (observation->kind != OBSERVED || !attempt_is_lvpoll(attempt))
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
	bool is_changed = observation->signature != operation->back_off.signature &&
			  !is_phase_run_again(operation, observation);

	return is_changed || observation->is_stalled ? EVENT_SEES_CHANGE : EVENT_SEES_SAME;
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
	case BACK_OFF_UNMOVED:
		return observation->kind == OBSERVED_SUSPENDED ||
				       (observation->kind == OBSERVED && is_copying(observation) &&
					       classify_position(operation) ==
						       operation->back_off.signature)
			       ? EVENT_SEES_SAME
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

enum doubt classify_copy_doubt(const struct plugin_entry *plugin, const struct evidence *evidence,
	const struct kernel_log_state *log)
{
	enum doubt doubt;

	if (!plugin_verifies(plugin))
		return DOUBT_NONE;
	doubt = evidence_doubt(
		evidence, evidence_end_log(evidence, log), plugin_knows_kernel(plugin), 0);
	if (doubt == DOUBT_NONE && evidence->is_missed)
		return DOUBT_MISSED;
	if (doubt == DOUBT_NONE && plugin->verify == PLUGIN_VERIFY_ALWAYS)
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
 * comparison. Nor is there one where another command than lvpoll may be next: it acts, be the table
 * ready for that or not.
 */
static bool is_stall_awaited(
	const struct operation *operation, const struct observation *observation)
{
	const struct plugin_entry *plugin = operation->terms->plugin;
	/* A suspended one goes on with what was seen before. */
	bool was_seen = observation->kind == OBSERVED || observation->table_signature != 0;

	if (plugin->interface->kernel_only || plugin->interface->commands)
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

/*
 * An abort is one change of the metadata, whatever the kernel does. But an operation with phases
 * may be over in spite of it; and where its own command has ended and how nobody knows, it has done
 * its work if the operation is back at its first phase. Else it is run again.
 */
static enum operation_event decide_abort(
	const struct operation *operation, const struct observation *observation)
{
	const struct attempt *attempt = &operation->attempt;

	if (!operation->terms->plugin->interface->commands || observation->kind != OBSERVED)
		return EVENT_SEES_STEP;
	if (observation->verdict == LVMPOLLD_DONE)
		return EVENT_NO_PATIENCE;
	return attempt->end == ATTEMPT_END_UNKNOWN && attempt->purpose == ATTEMPT_ABORT &&
			       observation->verdict == LVMPOLLD_STEP &&
			       device_progress(operation->device).phase == 0
		       ? EVENT_SEES_DONE
		       : EVENT_SEES_STEP;
}

/*
 * It copies nothing, and nothing is run for it that could tell why: lvm2 may have it no more. What
 * the kernel does alone is not for lvm2 to say.
 */
static bool is_unmoved(const struct operation *operation, const struct observation *observation)
{
	return observation->kind == OBSERVED && observation->is_stalled &&
	       plugin_verifies(operation->terms->plugin);
}

static enum operation_event decide(
	const struct operation *operation, const struct observation *observation, int64_t now_ms)
{
	bool is_stalled;

	if (observation->kind == OBSERVED_GONE)
		return EVENT_SEES_GONE;
	if (operation_is_abort(operation))
		return decide_abort(operation, observation);
	is_stalled = observation->is_stalled && !is_stall_awaited(operation, observation);
	if (observation->kind == OBSERVED_SUSPENDED && !is_stalled)
		return observation->is_stalled ? EVENT_SEES_STUCK : EVENT_SEES_SUSPENDED;
	if (observation->kind == OBSERVED && observation->verdict == LVMPOLLD_DONE)
		return EVENT_SEES_DONE;
	if (!is_stalled && observation->verdict != LVMPOLLD_STEP &&
		observation->verdict != LVMPOLLD_POLL)
		return is_unmoved(operation, observation) ? EVENT_SEES_UNMOVED : EVENT_SEES_COPYING;
	if (now_ms < operation->not_before_ms)
		return EVENT_SEES_EARLY;
	/* Whether all is copied cannot be told: an lvpoll that polls might let go of it. */
	if (!is_stalled && observation->verdict == LVMPOLLD_POLL)
		return classify_doubt(operation, observation) != DOUBT_NONE ? EVENT_SEES_DOUBT
									    : EVENT_SEES_UNKNOWN;
	if (operation->attempt.signature != 0 &&
		(operation->attempt.signature == observation->signature ||
			is_phase_run_again(operation, observation)))
		return EVENT_SEES_SAME;
	return classify_doubt(operation, observation) != DOUBT_NONE ? EVENT_SEES_DOUBT
								    : EVENT_SEES_STEP;
}

/*
 * No look will show what the volume of an abort is called: lvm2 is asked, as after a look that has
 * taken too long. After an attempt that is not enough.
 */
static enum operation_event await_names(const struct operation *operation)
{
	return operation->attempt.pid > 0 ? EVENT_SEES_DOUBT : EVENT_TIMER;
}

enum operation_event classify_unwatched(
	const struct operation *operation, int64_t now_ms, bool is_awaited)
{
	if (operation_is_abort(operation))
		return is_awaited ? await_names(operation) : EVENT_SEES_STEP;
	if (now_ms < operation->not_before_ms)
		return EVENT_SEES_EARLY;
	return is_awaited ? EVENT_SEES_DOUBT : EVENT_SEES_UNKNOWN;
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
