/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns: waiting for the right to run an lvpoll, using it, and pausing before the next. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "lvm/devices.h"
#include "util/boot.h"
#include "lifecycle/ends.h"
#include "log/log.h"
#include "lvm/lvpoll.h"
#include "monitor/monitor.h"
#include "lifecycle/operation.h"
#include "lifecycle/recording.h"
#include "lifecycle/steps.h"
#include "util/timer.h"
#include "lifecycle/turns.h"

/* An lvpoll that changed nothing is followed by a pause, twice as long each time up to this. */
#define PAUSE_MAX_S 60

unsigned turns_wait_s(const struct volume *volume)
{
	int64_t wait_ms = volume->not_before_ms - boot_clock_ms();
	int64_t longest_ms = (int64_t)volume->request->interval_s * 1000;

	/* After the machine has started anew the time on record means nothing. */
	if (wait_ms > longest_ms)
		wait_ms = longest_ms;
	return wait_ms > 0 ? (unsigned)((wait_ms + 999) / 1000) : 0;
}

int turns_try_queue(
	struct operations *operations, struct volume *volume, enum lvpoll_purpose purpose)
{
	volume->purpose = purpose;
	volume_set_state(volume, VOLUME_QUEUED);
	return scheduler_add(&operations->scheduler, volume, volume->request->parameters.abort);
}

void turns_pause(struct volume *volume, unsigned seconds)
{
	const struct timeval time = {.tv_sec = seconds > 0 ? seconds : 1};

	volume->is_pause_over = false;
	timer_start(volume->pause, &time);
}

unsigned turns_growing_pause_s(unsigned times)
{
	return times > 6 ? PAUSE_MAX_S : 1u << times >> 1;
}

static void log_try_again(const struct volume *volume, const char *reason)
{
	/* Whether one that is not answered yet stays in flight is its request's matter. */
	if (!volume->is_answered)
		log_volume(LOG_LEVEL_ERROR, volume, "%s", reason);
	else
		log_volume(LOG_LEVEL_ERROR, volume,
			"%s; the operation stays in flight, and lvpoll is tried again until it "
			"runs, "
			"at least every %d s",
			reason, PAUSE_MAX_S);
}

void turns_try_again(
	struct operations *operations, struct volume *volume, int kind, const char *reason)
{
	if (kind != volume->start_failure)
		log_try_again(volume, reason);
	volume->start_failure = kind;
	volume->start_failures++;
	volume_set_state(volume, VOLUME_QUEUED);
	/* Meanwhile the kernel may show that going on would lose data. */
	if (!volume->polls_itself)
		monitor_watch(operations->monitor, volume);
	turns_pause(volume, turns_growing_pause_s(volume->start_failures));
}

void turns_queue(struct operations *operations, struct volume *volume, enum lvpoll_purpose purpose)
{
	if (turns_try_queue(operations, volume, purpose) < 0)
		turns_try_again(
			operations, volume, ENOMEM, "cannot queue for lvpoll: out of memory");
}

/* What has waited long enough goes on: with a fresh look first, where the kernel can tell. */
void turns_on_pause_over(evutil_socket_t descriptor, short what, void *context)
{
	struct volume *volume = context;
	struct operations *operations = volume->operations;

	(void)descriptor;
	(void)what;
	if (steps_adopt_left(operations, volume))
		return;
	volume->is_pause_over = true;
	if (volume->polls_itself)
		turns_queue(operations, volume, LVPOLL_POLL);
	else
		monitor_watch(operations->monitor, volume);
	turns_run(operations);
}

/* Notes what the device is called now: the names that the next lvpoll is given. */
static void note_present_names(struct volume *volume)
{
	const char *vg_name = volume->request->parameters.vg_name;
	const char *lv_name = volume->request->parameters.lv_name;

	free(volume->step_vg_name);
	free(volume->step_lv_name);
	volume_lock(volume);
	if (volume->sighting.vg_name && volume->sighting.lv_name) {
		vg_name = volume->sighting.vg_name;
		lv_name = volume->sighting.lv_name;
	}
	volume->step_vg_name = strdup(vg_name);
	volume->step_lv_name = strdup(lv_name);
	volume->step_signature = volume->sighting.signature;
	volume_unlock(volume);
}

/*
 * A step looks once: it does not wait before, as "+15" would have it, and it does not wait in the
 * kernel with the group's lock held, as 0 would.
 */
static void make_step_interval(const struct volume_request *request, char *interval, size_t size)
{
	snprintf(interval, size, "%u", request->interval_s > 0 ? request->interval_s : 1);
}

static int start_lvpoll(
	struct operations *operations, struct volume *volume, struct lvmpolld_error *error)
{
	struct lvmpolld_request request = volume->request->parameters;
	char interval[16];
	int result = error_set(error, ENOMEM, "cannot start lvpoll: out of memory");

	/* An abort with "+" finds nothing with lvm2 2.03.39, and says that all is well. */
	if (request.abort && request.interval[0] == '+')
		request.interval++;
	if (volume->purpose != LVPOLL_POLL) {
		make_step_interval(volume->request, interval, sizeof(interval));
		request.interval = interval;
	}
	request.vg_name = volume->step_vg_name;
	request.lv_name = volume->step_lv_name;
	if (request.vg_name && request.lv_name)
		result = lvpoll_start(&operations->lvpolls, volume,
			operations->configuration->lvm_binary, &request, &ends_callbacks, error);
	return result;
}

void turns_note_run(struct volume *volume)
{
	volume->has_begun = true;
	if (volume->start_failures == 0)
		return;
	log_volume(LOG_LEVEL_WARN, volume, "lvpoll runs again, after %u tries in vain",
		volume->start_failures);
	volume->start_failures = 0;
	volume->start_failure = 0;
}

void turns_hurry(struct operations *operations, struct volume *volume)
{
	static const struct timeval now = {0};

	(void)operations;
	if (volume->start_failures == 0 || !event_pending(volume->pause, EV_TIMEOUT, NULL))
		return;
	volume->is_unexecutable = false;
	timer_start(volume->pause, &now);
}

/*
 * lvpoll knows its volume by name alone, and while it waited for its turn or was tried again, by
 * this program or by the one before an upgrade, the operation may have ended by other means and its
 * name have become that of another one: which would be aborted, or moved on whatever the kernel
 * shows.
 */
static bool is_name_taken(struct volume *volume)
{
	struct lvmpolld_request request = volume->request->parameters;
	bool is_taken;

	if (!request.abort && volume->purpose != LVPOLL_CHECK)
		return false;
	volume_lock(volume);
	if (volume->sighting.vg_name && volume->sighting.lv_name) {
		request.vg_name = volume->sighting.vg_name;
		request.lv_name = volume->sighting.lv_name;
	}
	is_taken = devices_has_namesake(&request);
	volume_unlock(volume);
	return is_taken;
}

/* The move is looked at under its new name; an abort of it cannot name it, and has failed. */
static void keep_replaced(struct operations *operations, struct volume *volume)
{
	if (volume->request->parameters.abort) {
		operation_fail(operations, volume);
		return;
	}
	volume_set_state(volume, VOLUME_QUEUED);
	monitor_watch(operations->monitor, volume);
}

static void end_replaced(struct operations *operations, struct volume *volume)
{
	char device[DEVICES_NAME_SIZE];

	scheduler_remove(&operations->scheduler, volume);
	if (devices_find_volume(volume->request->parameters.lvid, device)) {
		log_volume(LOG_LEVEL_WARN, volume,
			"its name is another volume's by now, and its device is %s", device);
		keep_replaced(operations, volume);
		return;
	}
	log_volume(LOG_LEVEL_WARN, volume, "it is another volume by now: the %s is over",
		volume->request->parameters.abort ? "abort" : "operation");
	operation_finish(operations, volume, (struct volume_result){.value = 0});
}

/*
 * Runs the lvpoll of VOLUME, whose turn it is. Where it cannot be started now, it is tried again
 * later: lvm may be in the middle of an upgrade, or the machine short of something.
 */
static void take_turn(struct operations *operations, struct volume *volume)
{
	struct lvmpolld_error error;
	int result;

	monitor_unwatch(operations->monitor, volume);
	note_present_names(volume);
	recording_write(operations, volume, RECORD_STARTING);
	result = start_lvpoll(operations, volume, &error);
	recording_write(operations, volume, result == 0 ? RECORD_RUNNING : RECORD_NO_COMMAND);
	volume->is_unexecutable = result == -ENOEXEC;
	if (result == 0) {
		volume_set_state(volume, VOLUME_STEPPING);
		return;
	}
	scheduler_remove(&operations->scheduler, volume);
	turns_try_again(operations, volume, error.code, error.sentence);
}

/* It may have been seen since VOLUME has waited for its turn, or while its lvpoll ran. */
static bool would_lose_data(struct volume *volume)
{
	bool would;

	volume_lock(volume);
	would = volume_sighting_gives_up(&volume->sighting);
	volume_unlock(volume);
	return would;
}

static void end_lossy(struct operations *operations, struct volume *volume)
{
	static const struct volume_sighting loss = {
		.kind = VOLUME_SEEN, .verdict = LVMPOLLD_DATA_LOSS};

	scheduler_remove(&operations->scheduler, volume);
	steps_act_on(operations, volume, &loss);
}

void turns_run(struct operations *operations)
{
	struct volume *volume;

	while (!operations->is_stopping && !operations->is_taking_over &&
		(volume = scheduler_next(
			 &operations->scheduler, operations->configuration->lvm_max_running)))
		if (would_lose_data(volume))
			end_lossy(operations, volume);
		else if (is_name_taken(volume))
			end_replaced(operations, volume);
		else
			take_turn(operations, volume);
}
