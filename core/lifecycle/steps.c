/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The course of an operation between its request and its result. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lifecycle/operations.h"
#include "lvm/devices.h"
#include "lifecycle/ends.h"
#include "log/log.h"
#include "lvm/lvpoll.h"
#include "monitor/monitor.h"
#include "lifecycle/operation.h"
#include "lifecycle/resume.h"
#include "loader/plugins.h"
#include "lifecycle/recording.h"
#include "lifecycle/steps.h"
#include "lifecycle/turns.h"
#include "records/aside.h"

/* An lvpoll that could not be taken over, for want of memory, say, is tried again after this. */
#define ADOPT_RETRY_S 1

/* Wants an lvpoll for a volume that the kernel shows; one in vain costs a pause before the next. */
static void want_lvpoll(struct operations *operations, struct volume *volume,
	const struct volume_sighting *sighting, enum lvpoll_purpose purpose)
{
	unsigned wait_s = turns_wait_s(volume);

	if (sighting->signature != volume->step_signature)
		volume->fruitless = 0;
	if (wait_s > 0) {
		volume_set_state(volume, VOLUME_WATCHING);
		turns_pause(volume, wait_s);
		return;
	}
	if (volume->fruitless > 0 && !volume->is_pause_over) {
		volume_set_state(volume, VOLUME_WATCHING);
		turns_pause(volume, turns_growing_pause_s(volume->fruitless));
		return;
	}
	volume->is_pause_over = false;
	turns_queue(operations, volume, purpose);
}

/* The kernel shows nothing that the plugin understands: lvpoll polls by itself. */
static void poll_itself(struct operations *operations, struct volume *volume)
{
	volume->polls_itself = true;
	monitor_unwatch(operations->monitor, volume);
	turns_queue(operations, volume, LVPOLL_POLL);
}

/* Its device is gone. No lvpoll can tell of it where another volume has its name by now. */
static void act_on_gone(struct operations *operations, struct volume *volume,
	const struct volume_sighting *sighting)
{
	struct lvmpolld_request request = volume->request->parameters;

	if (sighting->vg_name && sighting->lv_name) {
		request.vg_name = sighting->vg_name;
		request.lv_name = sighting->lv_name;
	}
	if (!devices_has_namesake(&request)) {
		want_lvpoll(operations, volume, sighting, LVPOLL_CHECK);
		return;
	}
	log_volume(LOG_LEVEL_WARN, volume, "%s/%s is another volume by now: the operation is over",
		request.vg_name, request.lv_name);
	operation_finish(operations, volume, (struct volume_result){.value = 0});
}

static void give_up(struct operations *operations, struct volume *volume)
{
	log_volume(LOG_LEVEL_ERROR, volume,
		"the operation is given up and stays as it is in kernel and metadata, "
		"since going on would lose data");
	record_refuse(&operations->records, &volume->request->parameters);
	operation_fail(operations, volume);
}

/* That data would be lost comes before all else: VOLUME may wait for a turn then, or be stalled. */
void steps_act_on(struct operations *operations, struct volume *volume,
	const struct volume_sighting *sighting)
{
	if (volume_sighting_gives_up(sighting)) {
		give_up(operations, volume);
	} else if (sighting->kind == VOLUME_GONE) {
		act_on_gone(operations, volume, sighting);
	} else if (sighting->kind == VOLUME_SUSPENDED && !sighting->is_stalled) {
		volume_set_state(volume, VOLUME_WATCHING);
	} else if (sighting->is_stalled) {
		log_volume(LOG_LEVEL_WARN, volume,
			"no progress for %u s (stall_check): lvpoll is asked",
			volume->request->plugin->stall_check_s);
		want_lvpoll(operations, volume, sighting, LVPOLL_STEP);
	} else if (sighting->verdict == LVMPOLLD_STEP) {
		want_lvpoll(operations, volume, sighting, LVPOLL_STEP);
	} else if (sighting->verdict == LVMPOLLD_POLL) {
		poll_itself(operations, volume);
	} else {
		volume->fruitless = 0;
		volume->has_begun = true;
		volume_set_state(volume, VOLUME_WATCHING);
	}
}

/* A pause is for what has not changed. */
static void end_pause_on_change(struct volume *volume)
{
	bool has_changed;

	volume_lock(volume);
	has_changed = volume->sighting.signature != volume->step_signature;
	volume_unlock(volume);
	if (has_changed && !volume->polls_itself && volume->start_failures == 0 &&
		volume->signal_retries == 0)
		event_del(volume->pause);
}

/*
 * Nothing runs for it, and it waits for nothing; but where data is at stake neither a pause nor a
 * turn is waited for: by then the kernel may have forgotten what it shows now.
 */
static bool may_act_on_locked(const struct volume *volume, const struct volume_sighting *sighting)
	REQUIRES(volume_role)
{
	if (volume->state != VOLUME_QUEUED && volume->state != VOLUME_WATCHING)
		return false;
	if (volume_sighting_gives_up(sighting))
		return true;
	return !volume->group && !event_pending(volume->pause, EV_TIMEOUT, NULL);
}

static void read_news(struct operations *operations, struct volume *volume)
{
	struct volume_sighting sighting;
	bool may_act;

	/* It may have come to its end since the monitor has looked. */
	if (!volume->pause)
		return;
	end_pause_on_change(volume);
	volume_lock(volume);
	sighting = volume->sighting;
	sighting.vg_name = sighting.vg_name ? strdup(sighting.vg_name) : NULL;
	sighting.lv_name = sighting.lv_name ? strdup(sighting.lv_name) : NULL;
	sighting.device_name = sighting.device_name ? strdup(sighting.device_name) : NULL;
	volume->sighting.is_stalled = false;
	may_act = may_act_on_locked(volume, &sighting);
	volume_unlock(volume);
	if (may_act && volume->is_exit_pending)
		ends_confirm(operations, volume, &sighting);
	else if (may_act)
		steps_act_on(operations, volume, &sighting);
	free(sighting.vg_name);
	free(sighting.lv_name);
	free(sighting.device_name);
}

void steps_on_news(void *context)
{
	struct operations *operations = context;
	struct volume *volume;

	for (;;) {
		store_lock(&operations->polling);
		volume = store_take_news_locked(&operations->polling);
		store_unlock(&operations->polling);
		if (!volume || operations->is_stopping)
			break;
		read_news(operations, volume);
	}
	turns_run(operations);
}

/* What VOLUME needs before anything can be done with it. Returns 0 or -ENOMEM. */
static int prepare(struct operations *operations, struct volume *volume)
{
	volume->operations = operations;
	volume->polls_itself = !ends_may_ask_kernel(operations, volume);
	volume->pause = event_new(operations->base, -1, 0, turns_on_pause_over, volume);
	return volume->pause ? 0 : -ENOMEM;
}

static int set_going(struct operations *operations, struct volume *volume)
{
	int result = 0;

	if (volume->polls_itself)
		result = turns_try_queue(operations, volume, LVPOLL_POLL);
	else
		monitor_watch(operations->monitor, volume);
	if (result == 0)
		turns_run(operations);
	return result;
}

/*
 * The first lvpoll of VOLUME could not be started, and its client does not know yet. Whom nothing
 * was promised is told at once, since a wrong lvm.binary does not mend itself while somebody waits:
 * by status 101, as stock's daemon does it, or by a refusal.
 *
 * But a volume that is to be polled is half way in metadata and kernel, whatever its client hears:
 * it stays in flight until lvm can be executed, so that it is finished even where the client was
 * one in the background, which does not ask. An abort has changed nothing yet: it is refused, and
 * the operation goes on. To carry it out later, after its user was told that it failed, would be
 * wrong; to keep it in silence, without a deadline, is what nobody would understand.
 */
static int answer_start_failure(struct operations *operations, struct volume *volume)
{
	if (!volume->is_unexecutable || volume->request->parameters.abort) {
		steps_end(operations, volume);
		return volume->is_unexecutable ? -ENOEXEC : -EAGAIN;
	}
	volume->is_answered = true;
	log_volume(LOG_LEVEL_ERROR, volume,
		"whoever asks for it is told that lvm cannot be executed, and it is tried again "
		"until it can");
	return 0;
}

int steps_begin(struct operations *operations, struct volume *volume)
{
	int result = prepare(operations, volume);

	if (result == 0)
		result = set_going(operations, volume);
	if (result < 0)
		return result;
	if (volume->start_failures > 0)
		return answer_start_failure(operations, volume);
	volume->is_answered = true;
	return 0;
}

/* The names that an lvpoll was given, where they are known. */
static char *copy_name(const char *name)
{
	return name ? strdup(name) : NULL;
}

/*
 * Two that poll one operation would be in each other's way: an lvpoll that still runs is waited
 * for. One of a former daemon, whose output nobody reads, is asked to end first. Returns 0 or a
 * negative errno: -ESRCH where it is gone.
 */
static int adopt_lvpoll(
	struct operations *operations, struct volume *volume, const struct resume_info *info)
{
	struct lvmpolld_error error;
	int result;

	volume->purpose = info->is_child ? info->purpose : LVPOLL_POLL;
	result = lvpoll_adopt(&operations->lvpolls, volume, info->pid, info->start_ticks,
		info->outputs, &ends_callbacks, &error);
	if (result < 0 && result != -ESRCH)
		log_volume(LOG_LEVEL_ERROR, volume, "%s; trying again", error.sentence);
	if (result < 0)
		return result;
	/* Without memory for its place in the queue it runs beside it, which does no harm. */
	if (scheduler_adopt(&operations->scheduler, volume) < 0)
		log_volume(LOG_LEVEL_WARN, volume, "out of memory: its lvpoll is not counted");
	volume->step_vg_name = copy_name(info->step_vg_name);
	volume->step_lv_name = copy_name(info->step_lv_name);
	volume->has_leftover = !info->is_child || info->is_leftover;
	volume_set_state(volume, VOLUME_STEPPING);
	recording_write(operations, volume, RECORD_RUNNING);
	if (!info->is_child)
		log_volume(LOG_LEVEL_WARN, volume,
			"lvpoll[%d] is left over from a former daemon: it is asked to end first",
			(int)info->pid);
	if (!info->is_child || info->is_terminating)
		lvpoll_terminate(volume->lvpoll);
	return 0;
}

/* Where that is for want of something it is tried again: nothing else is run meanwhile. */
static int adopt_now_or_later(
	struct operations *operations, struct volume *volume, const struct resume_info *info)
{
	int result = adopt_lvpoll(operations, volume, info);
	bool is_left = result < 0 && result != -ESRCH;

	volume->left_pid = is_left ? info->pid : 0;
	volume->left_start_ticks = info->start_ticks;
	if (is_left)
		turns_pause(volume, ADOPT_RETRY_S);
	return is_left ? 0 : result;
}

bool steps_adopt_left(struct operations *operations, struct volume *volume)
{
	const struct resume_info left = {
		.pid = volume->left_pid,
		.start_ticks = volume->left_start_ticks,
		.outputs = {-1, -1},
	};

	return left.pid > 0 && adopt_now_or_later(operations, volume, &left) == 0;
}

/* Whoever asks for VOLUME, which is freed, hears that nobody sees to it. */
static void give_back(struct operations *operations, struct volume *volume)
{
	struct store *store = operations_store(operations, volume->request->parameters.abort);

	operations->in_flight--;
	store_lock(store);
	store_remove_locked(store, volume);
	store_unlock(store);
}

void steps_resume(
	struct operations *operations, struct volume *volume, const struct resume_info *info)
{
	if (prepare(operations, volume) < 0) {
		log_volume(LOG_LEVEL_FATAL, volume,
			"it was in flight and cannot be taken up: out of memory; the record stays");
		give_back(operations, volume);
		return;
	}
	volume->has_begun = true;
	volume->is_answered = true;
	if (info->pid > 0 && adopt_now_or_later(operations, volume, info) == 0)
		return;
	if (set_going(operations, volume) < 0)
		turns_pause(volume, 1);
}

bool steps_end(struct operations *operations, struct volume *volume)
{
	monitor_unwatch(operations->monitor, volume);
	event_del(volume->pause);
	if (volume->lvpoll) {
		lvpoll_terminate(volume->lvpoll);
		return false;
	}
	scheduler_remove(&operations->scheduler, volume);
	return true;
}
