/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an lvpoll says, and what its end means for its operation. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "lifecycle/ends.h"
#include "log/log.h"
#include "lvm/devices.h"
#include "monitor/monitor.h"
#include "lifecycle/operation.h"
#include "loader/plugins.h"
#include "lifecycle/recording.h"
#include "lifecycle/steps.h"
#include "lifecycle/turns.h"
#include "loader/calls.h"
#include "util/boot.h"

/*
 * An lvpoll that says that all is over, while the kernel shows that it is not, is run again for
 * this time. Then the operation has failed: nobody is told that it is over.
 */
#define DOUBT_MAX_MS 60000

/*
 * What the dynamic loader, and a shell around lvm, exit with where there is no program to run: in
 * the middle of an upgrade, say. lvm itself has no such status.
 */
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127

static struct lvmpolld_exit make_exit(
	const struct volume_result *result, bool cut, enum lvmpolld_presence presence)
{
	return (struct lvmpolld_exit){
		.struct_size = sizeof(struct lvmpolld_exit),
		.status = result->by_signal ? -1 : result->value,
		.signal = result->by_signal ? result->value : 0,
		.cut = cut,
		.presence = presence,
	};
}

static enum lvmpolld_outcome ask_plugin(struct volume *volume, const struct lvmpolld_exit *ended)
{
	struct lvmpolld_progress progress;

	volume_lock(volume);
	progress = volume->progress;
	volume_unlock(volume);
	return plugin_read_exit(
		volume->request->plugin, &volume->request->parameters, ended, &progress);
}

/* Why an exit with status 0 is not the end, by what the kernel shows after it; NULL where it is. */
static const char *find_contradiction(struct volume *volume, const struct volume_sighting *sighting)
{
	const struct lvmpolld_exit ended =
		make_exit(&volume->pending_exit, false, LVMPOLLD_PRESENT);

	if (sighting->kind != VOLUME_SEEN)
		return NULL;
	if (sighting->vg_name && volume->step_vg_name &&
		strcmp(sighting->vg_name, volume->step_vg_name) != 0)
		return "its volume group has another name now";
	if (sighting->lv_name && volume->step_lv_name &&
		strcmp(sighting->lv_name, volume->step_lv_name) != 0)
		return "it has another name now";
	if (sighting->verdict == LVMPOLLD_WATCH || sighting->verdict == LVMPOLLD_WATCH_TIMED)
		return "the kernel still copies its data";
	if (ask_plugin(volume, &ended) == LVMPOLLD_CONTINUES)
		return "the kernel still shows it";
	return NULL;
}

/* Data was copied since the last doubt: lvpoll is wrong, and nothing is wrong with the operation.
 */
static bool has_moved_on(struct volume *volume)
{
	uint64_t doubted_sectors = volume->doubted_sectors;

	volume_lock(volume);
	volume->doubted_sectors = volume->progress.done_sectors;
	volume_unlock(volume);
	return volume->doubted_sectors != doubted_sectors;
}

/*
 * An lvpoll says that VOLUME's operation is over, and CONTRADICTION, of DEVICE, says that it is
 * not. Returns true where it is to go on; else it has failed.
 */
static bool may_go_on(struct operations *operations, struct volume *volume,
	const char *contradiction, const char *device)
{
	int64_t now_ms = boot_clock_ms();

	if (has_moved_on(volume) || volume->doubted_since_ms == 0)
		volume->doubted_since_ms = now_ms;
	if (now_ms - volume->doubted_since_ms < DOUBT_MAX_MS) {
		log_volume(LOG_LEVEL_WARN, volume,
			"lvpoll says that the operation is over, but %s (device %s): it goes on",
			contradiction, device);
		volume->fruitless++;
		return true;
	}
	log_volume(LOG_LEVEL_ERROR, volume,
		"lvpoll says again and again that the operation is over, but %s (device %s): "
		"it has failed, look at it; \"lvchange --poll y\" takes it up again",
		contradiction, device);
	operation_fail_in_doubt(operations, volume);
	return false;
}

void ends_confirm(struct operations *operations, struct volume *volume,
	const struct volume_sighting *sighting)
{
	const char *contradiction = find_contradiction(volume, sighting);

	if (sighting->kind == VOLUME_SUSPENDED && !sighting->is_stalled)
		return;
	volume->is_exit_pending = false;
	if (volume_sighting_gives_up(sighting))
		steps_act_on(operations, volume, sighting);
	else if (!contradiction)
		operation_finish(operations, volume, volume->pending_exit);
	else if (may_go_on(operations, volume, contradiction,
			 sighting->device_name ? sighting->device_name : "unknown"))
		steps_act_on(operations, volume, sighting);
}

/*
 * Likewise for one that is not watched: an abort, or one that lvpoll polls by itself. An abort of
 * what has another name now cannot name it, and has failed: the move goes on.
 */
static void confirm_by_devices(
	struct operations *operations, struct volume *volume, const struct volume_result *result)
{
	const struct lvmpolld_exit ended = make_exit(result, false, LVMPOLLD_PRESENT);
	char device[DEVICES_NAME_SIZE];

	if (ask_plugin(volume, &ended) != LVMPOLLD_CONTINUES ||
		!devices_find_volume(volume->request->parameters.lvid, device)) {
		operation_finish(operations, volume, *result);
		return;
	}
	if (volume->request->parameters.abort &&
		!devices_is_named_as(device, &volume->request->parameters)) {
		log_volume(LOG_LEVEL_WARN, volume, "its device is called %s by now", device);
		operation_fail(operations, volume);
		return;
	}
	if (!may_go_on(operations, volume, "its device is still there", device))
		return;
	volume_set_state(volume, VOLUME_QUEUED);
	turns_pause(volume, turns_growing_pause_s(volume->fruitless));
}

static void on_progressed(void *context, struct volume *volume)
{
	struct operations *operations = context;
	bool goes_on;

	volume_lock(volume);
	goes_on = volume->progress.percent < 100;
	volume_unlock(volume);
	/* It has found what it looked for. */
	volume->doubted_since_ms = 0;
	turns_note_run(volume);
	if (!goes_on || volume->request->parameters.abort)
		return;
	/* One that polls by itself gives way to those that wait for a turn. */
	if (volume->purpose != LVPOLL_POLL || operations->scheduler.waiting > 0)
		lvpoll_terminate(volume->lvpoll);
}

static bool on_silent(void *context, struct volume *volume)
{
	struct operations *operations = context;
	/*
	 * Where the kernel is watched nothing is lost by waiting for its end, and going on. And
	 * what a left-over one prints is read by nobody.
	 */
	if (volume->has_leftover || (!volume->polls_itself && !volume->request->parameters.abort))
		return false;
	log_volume(LOG_LEVEL_ERROR, volume,
		"the operation is given up; \"lvchange --poll y\" takes it up again");
	operation_fail(operations, volume);
	return true;
}

/* The operation is not over. One whose lvpoll gave way waits as that would have done. */
static void go_on(struct operations *operations, struct volume *volume)
{
	bool had_leftover = volume->has_leftover;

	volume->has_leftover = false;
	volume->fruitless++;
	volume->is_pause_over = false;
	volume_set_state(volume, VOLUME_QUEUED);
	if (volume->polls_itself && had_leftover)
		turns_queue(operations, volume, LVPOLL_POLL);
	else if (volume->polls_itself)
		turns_pause(volume, volume->request->interval_s);
	else
		monitor_watch(operations->monitor, volume);
}

bool ends_may_ask_kernel(const struct operations *operations, const struct volume *volume)
{
	return operations->monitor && !volume->request->parameters.abort &&
	       volume->request->plugin->monitor == PLUGIN_MONITOR_KERNEL;
}

/* A signal that nobody here has sent: out of memory, say. It says nothing of the operation. */
static void retry_after_signal(struct operations *operations, struct volume *volume, int number)
{
	unsigned seconds = turns_growing_pause_s(volume->signal_retries);

	log_volume(LOG_LEVEL_WARN, volume,
		"lvpoll was ended by signal %d, which the daemon did not send: again in %u s "
		"(%u of lvm.signal_retries)",
		number, seconds, volume->signal_retries);
	volume_set_state(volume, VOLUME_QUEUED);
	/* Meanwhile the kernel may show that going on would lose data. */
	if (!volume->polls_itself)
		monitor_watch(operations->monitor, volume);
	turns_pause(volume, seconds);
}

/* What ends an lvpoll is SIGTERM where it is we who end it: any other signal is somebody else's. */
static bool is_foreign_signal(const struct volume_result *result, bool was_terminated)
{
	return result->by_signal && !(was_terminated && result->value == SIGTERM);
}

static bool could_not_run(const struct volume_result *result)
{
	return !result->by_signal &&
	       (result->value == STATUS_NOT_EXECUTABLE || result->value == STATUS_NOT_FOUND);
}

static void try_again(struct operations *operations, struct volume *volume, int status)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "lvpoll could not run: it ended with status %d", status);
	turns_try_again(operations, volume, -status, reason);
}

static void on_ended(
	void *context, struct volume *volume, struct process_end end, bool was_terminated)
{
	struct operations *operations = context;
	const struct volume_result result = {.by_signal = end.by_signal, .value = end.value};
	struct lvmpolld_exit ended = make_exit(&result, was_terminated, LVMPOLLD_UNKNOWN);

	scheduler_remove(&operations->scheduler, volume);
	recording_write(operations, volume, RECORD_NO_COMMAND);
	volume->signal_retries =
		is_foreign_signal(&result, was_terminated) ? volume->signal_retries + 1 : 0;
	if (!could_not_run(&result))
		turns_note_run(volume);
	if (volume->is_displaced || operations->is_stopping) {
		operation_finish(operations, volume, result);
	} else if (volume->has_begun && could_not_run(&result)) {
		try_again(operations, volume, result.value);
	} else if (volume->signal_retries > 0 &&
		   volume->signal_retries <= operations->configuration->lvm_signal_retries) {
		retry_after_signal(operations, volume, result.value);
	} else if (ask_plugin(volume, &ended) == LVMPOLLD_CONTINUES) {
		go_on(operations, volume);
	} else if (ends_may_ask_kernel(operations, volume) && !result.by_signal &&
		   result.value == 0) {
		volume->pending_exit = result;
		volume->is_exit_pending = true;
		volume_set_state(volume, VOLUME_QUEUED);
		monitor_watch(operations->monitor, volume);
	} else if (!result.by_signal && result.value == 0) {
		confirm_by_devices(operations, volume, &result);
	} else {
		operation_finish(operations, volume, result);
	}
	turns_run(operations);
}

const struct lvpoll_callbacks ends_callbacks = {
	.progressed = on_progressed,
	.silent = on_silent,
	.ended = on_ended,
};
