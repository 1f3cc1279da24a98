/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The course of an operation between its request and its result. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "configuration.h"
#include "daemon.h"
#include "log.h"
#include "lvpoll.h"
#include "monitor.h"
#include "operation.h"
#include "plugins.h"
#include "recording.h"
#include "steps.h"

/* An lvpoll that changed nothing is followed by a pause, twice as long each time up to this. */
#define PAUSE_MAX_S 60

/* After so many lvpolls in a row that could not be started, the operation is given up. */
#define START_FAILURES_MAX 8

/*
 * An lvpoll that says all is well while the kernel shows that it is not is asked again so often;
 * then it is believed, for it alone knows the metadata.
 */
#define DOUBTS_MAX 4

static const struct lvpoll_callbacks lvpoll_callbacks;


#define log_volume(level, volume, ...)                                                             \
	do {                                                                                       \
		struct log_subject subject_ = volume_subject(volume);                              \
		log_write_subject(level, &subject_, __VA_ARGS__);                                  \
	} while (0)

static void set_state(struct volume *volume, enum volume_state state)
{
	volume_lock(volume);
	if (volume->state != state)
		volume_set_state_locked(volume, state);
	volume_unlock(volume);
}

/* Lets the monitor look at VOLUME as soon as it can, and go on looking. */
static void watch(struct daemon *daemon, struct volume *volume)
{
	store_lock(&daemon->polling);
	store_watch_locked(&daemon->polling, volume);
	store_unlock(&daemon->polling);
	monitor_wake(daemon->monitor);
}

static void unwatch(struct daemon *daemon, struct volume *volume)
{
	if (volume->request->operation.abort)
		return;
	store_lock(&daemon->polling);
	store_unwatch_locked(&daemon->polling, volume);
	store_unlock(&daemon->polling);
}

static int queue(struct daemon *daemon, struct volume *volume, enum volume_purpose purpose)
{
	volume->purpose = purpose;
	set_state(volume, VOLUME_QUEUED);
	return scheduler_add(&daemon->scheduler, volume, volume->request->operation.abort);
}

static void pause_for(struct volume *volume, unsigned seconds)
{
	const struct timeval time = {.tv_sec = seconds > 0 ? seconds : 1};

	volume->is_pause_over = false;
	event_add(volume->pause, &time);
}

static unsigned growing_pause_s(unsigned times)
{
	return times > 6 ? PAUSE_MAX_S : 1u << times >> 1;
}

/* Queues VOLUME. Where there is no memory for that now, it is tried again. */
static void queue_or_pause(
	struct daemon *daemon, struct volume *volume, enum volume_purpose purpose)
{
	if (queue(daemon, volume, purpose) < 0) {
		log_volume(LOG_LEVEL_ERROR, volume, "out of memory: lvpoll is run later");
		pause_for(volume, 1);
	}
}

/* What has waited long enough goes on: with a fresh look first, where the kernel can tell. */
static void on_pause_over(evutil_socket_t descriptor, short what, void *context)
{
	struct volume *volume = context;
	struct daemon *daemon = volume->daemon;

	(void)descriptor;
	(void)what;
	volume->is_pause_over = true;
	if (volume->polls_itself)
		queue_or_pause(daemon, volume, VOLUME_POLL);
	else
		watch(daemon, volume);
	steps_run_queue(daemon);
}

/* Puts a copy of what the device is called now into OPERATION's names. */
static bool take_present_names(struct volume *volume, struct lvmpolld_operation *operation)
{
	bool is_complete = true;

	volume_lock(volume);
	if (volume->sighting.vg_name && volume->sighting.lv_name) {
		operation->vg_name = strdup(volume->sighting.vg_name);
		operation->lv_name = strdup(volume->sighting.lv_name);
	} else {
		operation->vg_name = strdup(operation->vg_name);
		operation->lv_name = strdup(operation->lv_name);
	}
	is_complete = operation->vg_name && operation->lv_name;
	volume->step_signature = volume->sighting.signature;
	volume_unlock(volume);
	return is_complete;
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
	struct daemon *daemon, struct volume *volume, struct lvmpolld_error *error)
{
	struct lvmpolld_operation operation = volume->request->operation;
	char interval[16];
	int result = error_set(error, ENOMEM, "cannot start lvpoll: out of memory");

	if (volume->purpose != VOLUME_POLL) {
		make_step_interval(volume->request, interval, sizeof(interval));
		operation.interval = interval;
	}
	if (take_present_names(volume, &operation))
		result = lvpoll_start(daemon, volume, &operation, &lvpoll_callbacks, error);
	free(volume->step_vg_name);
	free(volume->step_lv_name);
	volume->step_vg_name = (char *)operation.vg_name;
	volume->step_lv_name = (char *)operation.lv_name;
	return result;
}

/*
 * Runs the lvpoll of VOLUME, whose turn it is. Where it cannot be started now, it is tried again
 * later: lvm may be in the middle of an upgrade, or the machine short of something.
 */
static void take_turn(struct daemon *daemon, struct volume *volume)
{
	struct lvmpolld_error error;
	int result;

	unwatch(daemon, volume);
	recording_write(daemon, volume, RECORD_STARTING);
	result = start_lvpoll(daemon, volume, &error);
	recording_write(daemon, volume, result == 0 ? RECORD_RUNNING : RECORD_NO_COMMAND);
	if (result == 0) {
		volume->start_failures = 0;
		volume->has_begun = true;
		set_state(volume, VOLUME_STEPPING);
		return;
	}
	log_volume(LOG_LEVEL_ERROR, volume, "%s", error.sentence);
	scheduler_remove(&daemon->scheduler, volume);
	volume->start_failures++;
	if (result == -ENOEXEC &&
		(!volume->has_begun || volume->start_failures > START_FAILURES_MAX))
		operation_finish(daemon, volume,
			(struct volume_result){.value = LVPOLL_STATUS_NOT_EXECUTABLE});
	else
		pause_for(volume, growing_pause_s(volume->start_failures));
}

void steps_run_queue(struct daemon *daemon)
{
	struct volume *volume;

	while (!daemon->is_stopping &&
		(volume = scheduler_next(
			 &daemon->scheduler, daemon->configuration->lvm_max_running)))
		take_turn(daemon, volume);
}

/* Wants an lvpoll for a volume that the kernel shows; one in vain costs a pause before the next. */
static void want_lvpoll(struct daemon *daemon, struct volume *volume,
	const struct volume_sighting *sighting, enum volume_purpose purpose)
{
	if (sighting->signature != volume->step_signature)
		volume->fruitless = 0;
	if (volume->fruitless > 0 && !volume->is_pause_over) {
		set_state(volume, VOLUME_WATCHING);
		pause_for(volume, growing_pause_s(volume->fruitless));
		return;
	}
	volume->is_pause_over = false;
	queue_or_pause(daemon, volume, purpose);
}

/* The kernel shows nothing that the plugin understands: lvpoll polls by itself. */
static void poll_itself(struct daemon *daemon, struct volume *volume)
{
	volume->polls_itself = true;
	unwatch(daemon, volume);
	queue_or_pause(daemon, volume, VOLUME_POLL);
}

/* Does what VOLUME's latest sighting asks for. */
static void act_on(
	struct daemon *daemon, struct volume *volume, const struct volume_sighting *sighting)
{
	if (sighting->kind == VOLUME_GONE) {
		want_lvpoll(daemon, volume, sighting, VOLUME_VERDICT);
	} else if (sighting->kind == VOLUME_SUSPENDED && !sighting->is_stalled) {
		set_state(volume, VOLUME_WATCHING);
	} else if (sighting->is_stalled) {
		log_volume(LOG_LEVEL_WARN, volume,
			"no progress for %u s (stall_check): lvpoll is asked",
			volume->request->plugin->stall_check_s);
		want_lvpoll(daemon, volume, sighting, VOLUME_STEP);
	} else if (sighting->verdict == LVMPOLLD_STEP) {
		want_lvpoll(daemon, volume, sighting, VOLUME_STEP);
	} else if (sighting->verdict == LVMPOLLD_NOT_MINE) {
		poll_itself(daemon, volume);
	} else {
		volume->fruitless = 0;
		set_state(volume, VOLUME_WATCHING);
	}
}

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
		volume->request->plugin, &volume->request->operation, ended, &progress);
}

/* Why an exit with status 0 is not the end, by what the kernel shows after it; NULL where it is. */
static const char *find_contradiction(
	struct volume *volume, const struct volume_sighting *sighting)
{
	const struct lvmpolld_exit ended =
		make_exit(&volume->pending_exit, false, LVMPOLLD_PRESENT);

	if (sighting->kind != VOLUME_SEEN)
		return NULL;
	if (sighting->vg_name && volume->step_vg_name &&
		strcmp(sighting->vg_name, volume->step_vg_name) != 0)
		return "its volume group has another name now";
	if (sighting->lv_name && strcmp(sighting->lv_name, volume->step_lv_name) != 0)
		return "it has another name now";
	if (sighting->verdict == LVMPOLLD_WATCH || sighting->verdict == LVMPOLLD_WATCH_TIMED)
		return "the kernel still copies its data";
	if (ask_plugin(volume, &ended) == LVMPOLLD_CONTINUES)
		return "the kernel still shows it";
	return NULL;
}

/*
 * lvpoll exits with 0 also where it could not find the volume, as after a renaming: before that is
 * taken for the end, the kernel is asked.
 */
static void confirm_exit(
	struct daemon *daemon, struct volume *volume, const struct volume_sighting *sighting)
{
	const char *contradiction = find_contradiction(volume, sighting);

	if (sighting->kind == VOLUME_SUSPENDED && !sighting->is_stalled)
		return;
	volume->is_exit_pending = false;
	if (contradiction && ++volume->doubts <= DOUBTS_MAX) {
		log_volume(LOG_LEVEL_WARN, volume,
			"lvpoll says that the operation is over, but %s: it goes on", contradiction);
		volume->fruitless++;
		act_on(daemon, volume, sighting);
		return;
	}
	if (contradiction)
		log_volume(LOG_LEVEL_ERROR, volume,
			"lvpoll says again and again that the operation is over, but %s: look at it",
			contradiction);
	operation_finish(daemon, volume, volume->pending_exit);
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

static void read_news(struct daemon *daemon, struct volume *volume)
{
	struct volume_sighting sighting;
	bool is_idle;

	end_pause_on_change(volume);
	volume_lock(volume);
	sighting = volume->sighting;
	sighting.vg_name = sighting.vg_name ? strdup(sighting.vg_name) : NULL;
	sighting.lv_name = sighting.lv_name ? strdup(sighting.lv_name) : NULL;
	volume->sighting.is_stalled = false;
	is_idle = (volume->state == VOLUME_QUEUED || volume->state == VOLUME_WATCHING) &&
		  !volume->group && !event_pending(volume->pause, EV_TIMEOUT, NULL);
	volume_unlock(volume);
	if (is_idle && volume->is_exit_pending)
		confirm_exit(daemon, volume, &sighting);
	else if (is_idle)
		act_on(daemon, volume, &sighting);
	free(sighting.vg_name);
	free(sighting.lv_name);
}

void steps_on_news(void *context)
{
	struct daemon *daemon = context;
	struct volume *volume;

	for (;;) {
		store_lock(&daemon->polling);
		volume = store_take_news_locked(&daemon->polling);
		store_unlock(&daemon->polling);
		if (!volume || daemon->is_stopping)
			break;
		read_news(daemon, volume);
	}
	steps_run_queue(daemon);
}

static void on_progressed(struct daemon *daemon, struct volume *volume)
{
	bool goes_on;

	volume_lock(volume);
	goes_on = volume->progress.percent < 100;
	volume_unlock(volume);
	/* It has found what it looked for. */
	volume->doubts = 0;
	if (!goes_on || volume->request->operation.abort)
		return;
	/* One that polls by itself gives way to those that wait for a turn. */
	if (volume->purpose != VOLUME_POLL || daemon->scheduler.waiting > 0)
		lvpoll_terminate(volume->lvpoll);
}

static bool on_silent(struct daemon *daemon, struct volume *volume)
{
	/* Where the kernel is watched nothing is lost by waiting for its end, and going on. */
	if (!volume->polls_itself && !volume->request->operation.abort)
		return false;
	log_volume(LOG_LEVEL_ERROR, volume,
		"the operation is given up; \"lvchange --poll y\" takes it up again");
	operation_fail(daemon, volume);
	return true;
}

/* The operation is not over. */
static void go_on(struct daemon *daemon, struct volume *volume)
{
	volume->fruitless++;
	volume->is_pause_over = false;
	set_state(volume, VOLUME_QUEUED);
	if (volume->polls_itself)
		pause_for(volume, volume->request->interval_s);
	else
		watch(daemon, volume);
}

/*
 * An abort is a change of metadata that the kernel knows nothing of; and whoever configures
 * "monitor: lvpoll" wants device-mapper left alone.
 */
static bool may_ask_kernel(const struct daemon *daemon, const struct volume *volume)
{
	return daemon->monitor && !volume->request->operation.abort &&
	       volume->request->plugin->monitor == PLUGIN_MONITOR_KERNEL;
}

/* A signal that nobody here has sent: out of memory, say. It says nothing of the operation. */
static void retry_after_signal(struct daemon *daemon, struct volume *volume, int number)
{
	unsigned seconds = growing_pause_s(volume->signal_retries);

	(void)daemon;
	log_volume(LOG_LEVEL_WARN, volume,
		"lvpoll was ended by signal %d, which the daemon did not send: again in %u s (%u of "
		"lvm.signal_retries)",
		number, seconds, volume->signal_retries);
	set_state(volume, VOLUME_QUEUED);
	pause_for(volume, seconds);
}

static void on_ended(
	struct daemon *daemon, struct volume *volume, struct process_end end, bool was_terminated)
{
	const struct volume_result result = {.by_signal = end.by_signal, .value = end.value};
	struct lvmpolld_exit ended = make_exit(&result, was_terminated, LVMPOLLD_UNKNOWN);

	scheduler_remove(&daemon->scheduler, volume);
	recording_write(daemon, volume, RECORD_NO_COMMAND);
	volume->signal_retries =
		result.by_signal && !was_terminated ? volume->signal_retries + 1 : 0;
	if (volume->is_displaced || daemon->is_stopping) {
		operation_finish(daemon, volume, result);
	} else if (volume->signal_retries > 0 &&
		   volume->signal_retries <= daemon->configuration->lvm_signal_retries) {
		retry_after_signal(daemon, volume, result.value);
	} else if (ask_plugin(volume, &ended) == LVMPOLLD_CONTINUES) {
		go_on(daemon, volume);
	} else if (may_ask_kernel(daemon, volume) && !result.by_signal && result.value == 0) {
		volume->pending_exit = result;
		volume->is_exit_pending = true;
		set_state(volume, VOLUME_QUEUED);
		watch(daemon, volume);
	} else {
		operation_finish(daemon, volume, result);
	}
	steps_run_queue(daemon);
}

static const struct lvpoll_callbacks lvpoll_callbacks = {
	.progressed = on_progressed,
	.silent = on_silent,
	.ended = on_ended,
};

/* What VOLUME needs before anything can be done with it. Returns 0 or -ENOMEM. */
static int prepare(struct daemon *daemon, struct volume *volume)
{
	volume->daemon = daemon;
	volume->polls_itself = !may_ask_kernel(daemon, volume);
	volume->pause = event_new(daemon->base, -1, 0, on_pause_over, volume);
	return volume->pause ? 0 : -ENOMEM;
}

static int set_going(struct daemon *daemon, struct volume *volume)
{
	int result = 0;

	if (volume->polls_itself)
		result = queue(daemon, volume, VOLUME_POLL);
	else
		watch(daemon, volume);
	if (result == 0)
		steps_run_queue(daemon);
	return result;
}

int steps_begin(struct daemon *daemon, struct volume *volume)
{
	int result = prepare(daemon, volume);

	if (result == 0)
		result = set_going(daemon, volume);
	if (result < 0)
		return result;
	/* What could not be started before the client hears OK is not accepted. */
	if (volume->start_failures > 0 && volume_get_state(volume) != VOLUME_FINISHED) {
		steps_end(daemon, volume);
		return -EAGAIN;
	}
	return 0;
}

/*
 * Two that poll one operation would be in each other's way: an lvpoll that still runs is waited for.
 * One of a former daemon, whose output nobody reads, is asked to end first.
 */
static bool adopt_lvpoll(struct daemon *daemon, struct volume *volume,
	const struct operation_inheritance *inheritance)
{
	struct lvmpolld_error error;

	volume->purpose = inheritance->is_child ? inheritance->purpose : VOLUME_POLL;
	if (lvpoll_adopt(daemon, volume, inheritance->pid, inheritance->start_ticks,
		    inheritance->outputs, &lvpoll_callbacks, &error) < 0) {
		if (error.code != ESRCH)
			log_volume(LOG_LEVEL_ERROR, volume, "%s", error.sentence);
		return false;
	}
	/* Without memory for its place in the queue it runs beside it, which does no harm. */
	if (scheduler_adopt(&daemon->scheduler, volume) < 0)
		log_volume(LOG_LEVEL_WARN, volume, "out of memory: its lvpoll is not counted");
	volume->step_vg_name = strdup(inheritance->step_vg_name
						      ? inheritance->step_vg_name
						      : volume->request->operation.vg_name);
	set_state(volume, VOLUME_STEPPING);
	recording_write(daemon, volume, RECORD_RUNNING);
	if (!inheritance->is_child)
		log_volume(LOG_LEVEL_WARN, volume,
			"lvpoll[%d] is left over from a former daemon: it is asked to end first",
			(int)inheritance->pid);
	if (!inheritance->is_child || inheritance->is_terminating)
		lvpoll_terminate(volume->lvpoll);
	return true;
}

void steps_resume(struct daemon *daemon, struct volume *volume,
	const struct operation_inheritance *inheritance)
{
	if (prepare(daemon, volume) < 0) {
		log_volume(LOG_LEVEL_FATAL, volume,
			"it was in flight and cannot be taken up: out of memory; the record stays");
		return;
	}
	volume->has_begun = true;
	log_volume(LOG_LEVEL_INFO, volume, "taken up from a former daemon");
	if (inheritance->pid > 0 && adopt_lvpoll(daemon, volume, inheritance))
		return;
	if (set_going(daemon, volume) < 0)
		pause_for(volume, 1);
}

bool steps_end(struct daemon *daemon, struct volume *volume)
{
	unwatch(daemon, volume);
	event_del(volume->pause);
	if (volume->lvpoll) {
		lvpoll_terminate(volume->lvpoll);
		return false;
	}
	scheduler_remove(&daemon->scheduler, volume);
	return true;
}
