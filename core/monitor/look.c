/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at watched volumes: which are due, what the kernel shows of them, when to look again. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/checksum.h"
#include "log/log.h"
#include "monitor/look.h"
#include "loader/plugins.h"
#include "loader/calls.h"

/*
 * Where events tell the end, looks in between are for what raises none: a leg of a mirror that
 * fails, a stall. As often as this, but not more looks for all volumes together than one each 5 ms.
 */
#define LOOK_EVENTS_MIN_MS   2000
#define LOOK_EVENTS_MAX_MS   30000
#define LOOK_EVENTS_SHARE_MS 5
/* Where events cannot be had. */
#define LOOK_NO_EVENTS_MS 1000
/* A suspended device, or one whose status could not be read. */
#define LOOK_AGAIN_MS 1000
/* One that is gone: there is an event when it is there again. */
#define LOOK_GONE_MS 10000
/* While an lvm command runs, whose work raises no event. */
#define LOOK_STEPPED_MS 100
/* For what raises no event: a share of the time that is left, within these bounds. */
#define LOOK_TIMED_MIN_MS   50
#define LOOK_TIMED_MAX_MS   10000
#define LOOK_TIMED_FIRST_MS 250
#define LOOK_TIMED_SHARE    4
#define LOOK_TIMED_NEAR_MS  4000 /* with less than this to go it is at least once a second */

int64_t look_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void look_note_events(struct devices *devices, const struct kernel_events *events)
{
	struct device *device;
	uint32_t number;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link) {
		/* One that is not in the list is gone, or has another number by now. */
		if (!kernel_find_event(events, device->watch.number, &number) ||
			number != device->watch.event_number)
			device->watch.is_look_wanted = true;
	}
	devices_unlock(devices);
}

int64_t look_next_ms(struct devices *devices)
{
	struct device *device;
	int64_t next_ms = -1;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link) {
		int64_t due_ms = device->watch.is_look_wanted ? 0 : device->watch.next_look_ms;

		if (next_ms < 0 || due_ms < next_ms)
			next_ms = due_ms;
	}
	devices_unlock(devices);
	return next_ms;
}

/*
 * Differs where the names or the lines of TABLE do, which is what a step is to change. The status
 * in the lines does not count: while a mirror whose leg has failed goes on copying, it differs each
 * time, and a step that changed nothing would be followed by the next at once.
 */
static uint64_t sign(const struct kernel_table *table)
{
	uint64_t value = CHECKSUM_START;

	if (table->vg_name) {
		value = checksum_add(value, table->vg_name, strlen(table->vg_name) + 1);
		value = checksum_add(value, table->lv_name, strlen(table->lv_name) + 1);
	}
	for (size_t i = 0; i < table->target_count; i++) {
		const struct lvmpolld_target *target = &table->targets[i];

		value = checksum_add(value, &target->start_sectors, sizeof(target->start_sectors));
		value = checksum_add(
			value, &target->length_sectors, sizeof(target->length_sectors));
		value = checksum_add(value, target->type, strlen(target->type) + 1);
	}
	return value;
}

/* A share of the time that is left at the speed since the last movement. */
static int64_t timed_interval_ms(
	const struct device_watch *watch, const struct lvmpolld_progress *progress, int64_t now_ms)
{
	uint64_t moved, left;
	double left_ms, interval_ms;

	if (watch->last_look_ms == 0 || progress->done_sectors <= watch->moved_done_sectors)
		return LOOK_TIMED_FIRST_MS;
	moved = progress->done_sectors - watch->moved_done_sectors;
	left = progress->total_sectors - progress->done_sectors;
	left_ms = (double)left / (double)moved * (double)(now_ms - watch->moved_ms);
	interval_ms = left_ms / LOOK_TIMED_SHARE;
	if (left_ms < LOOK_TIMED_NEAR_MS && interval_ms > 1000)
		interval_ms = 1000;
	if (interval_ms < LOOK_TIMED_MIN_MS)
		return LOOK_TIMED_MIN_MS;
	return interval_ms > LOOK_TIMED_MAX_MS ? LOOK_TIMED_MAX_MS : (int64_t)interval_ms;
}

static void replace(char **string, const char *value)
{
	if (*string && value && !strcmp(*string, value))
		return;
	free(*string);
	*string = value ? strdup(value) : NULL;
}

/* One look: what was asked of the kernel, and what it said. */
struct look {
	struct device *device;
	unsigned epoch;
	enum kernel_answer answer;
	struct lvmpolld_error error;
	struct kernel_table table;
	enum lvmpolld_verdict verdict;
	struct lvmpolld_progress progress;
};

/*
 * The slow part, without any lock. A device whose abort was asked for first is looked at for its
 * move, too: that goes on if the abort fails, and must not lose data then.
 */
static void ask_kernel(struct look *look)
{
	const struct terms *terms = look->device->terms;
	struct lvmpolld_request asked = terms->asked;

	asked.abort = false;
	look->answer = kernel_read_table(
		terms->asked.lvid, terms->plugin->interface->layer, &look->table, &look->error);
	if (look->answer == KERNEL_SEEN && !look->table.is_suspended)
		look->verdict = plugin_read_targets(terms->plugin, &asked, look->table.targets,
			look->table.target_count, &look->progress);
}

/* A status that cannot be read is said once, and again after it could be read meanwhile. */
static void log_unreadable(const struct look *look, struct device_watch *watch)
{
	bool is_unreadable = look->answer == KERNEL_UNREADABLE;

	if (is_unreadable && !watch->is_unreadable)
		log_terms(LOG_LEVEL_WARN, look->device->terms, "%s; trying again",
			look->error.sentence);
	watch->is_unreadable = is_unreadable;
}

static void log_failed_devices(const struct device *device, unsigned former, unsigned failed)
{
	if (failed > former)
		log_terms(LOG_LEVEL_ERROR, device->terms,
			"the kernel has given up %u of the mirror's devices", failed);
}

/* Writes down what was seen. Returns true where the main thread must know. */
static bool record_observation(struct look *look, bool is_stalled, bool is_settled)
{
	struct device *device = look->device;
	struct observation *observation;
	bool is_news;

	device_lock(device);
	observation = &device->observation;
	/* Where the device could not be read, what was seen before still holds. */
	if (look->answer == KERNEL_GONE) {
		observation->kind = OBSERVED_GONE;
		observation->signature = 0;
	} else if (look->answer == KERNEL_SEEN && look->table.is_suspended) {
		/* That data would be lost is not forgotten while the device is suspended. */
		if (!observation_is_loss(observation))
			observation->kind = OBSERVED_SUSPENDED;
	} else if (look->answer == KERNEL_SEEN) {
		log_failed_devices(
			device, device->progress.failed_devices, look->progress.failed_devices);
		/* That data would be lost must be heard of, whatever is seen before it is. */
		if (!observation_is_loss(observation))
			observation->verdict = look->verdict;
		observation->kind = OBSERVED;
		observation->signature = sign(&look->table);
		replace(&observation->device_name, look->table.name);
		replace(&observation->vg_name, look->table.vg_name);
		replace(&observation->lv_name, look->table.lv_name);
		device->progress = look->progress;
	}
	/* The main thread takes it back when it has read it. */
	observation->is_stalled |= is_stalled;
	/* While it copies and goes on copying there is nothing to tell. */
	is_news = !is_settled || observation->is_stalled || observation->kind == OBSERVED_GONE ||
		  (observation->kind == OBSERVED && observation->verdict != LVMPOLLD_WATCH &&
			  observation->verdict != LVMPOLLD_WATCH_TIMED);
	device_unlock(device);
	return is_news;
}

/*
 * A look that has ended after a turn was taken, or after watching has begun anew, counts no more,
 * but for this: the next may find that the kernel has forgotten it. Returns true where it was seen.
 */
static bool record_late_loss(const struct look *look)
{
	struct device *device = look->device;
	bool is_loss = look->answer == KERNEL_SEEN && look->verdict == LVMPOLLD_DATA_LOSS;

	if (!is_loss)
		return false;
	device_lock(device);
	device->observation.kind = OBSERVED;
	device->observation.verdict = LVMPOLLD_DATA_LOSS;
	device_unlock(device);
	return true;
}

/* Looks of all volumes fall together, so that many cost no more wake-ups than one. */
static int64_t events_interval_ms(size_t watched, int64_t now_ms)
{
	int64_t period_ms = (int64_t)watched * LOOK_EVENTS_SHARE_MS;

	if (period_ms < LOOK_EVENTS_MIN_MS)
		period_ms = LOOK_EVENTS_MIN_MS;
	if (period_ms > LOOK_EVENTS_MAX_MS)
		period_ms = LOOK_EVENTS_MAX_MS;
	return period_ms - now_ms % period_ms;
}

/* When the step is due that the plugin tells of, by the speed up to the last movement. */
static void expect_step(struct device_watch *watch, const struct look *look, int64_t now_ms)
{
	uint64_t moved;
	double left_ms;

	if (look->answer == KERNEL_UNREADABLE)
		return;
	if (watch->is_begun || look->answer != KERNEL_SEEN || look->verdict != LVMPOLLD_WATCH ||
		look->progress.step_sectors == 0) {
		watch->step_due_ms = 0;
	} else if (look->progress.done_sectors > watch->moved_done_sectors) {
		moved = look->progress.done_sectors - watch->moved_done_sectors;
		left_ms = (double)look->progress.step_sectors / (double)moved *
			  (double)(now_ms - watch->moved_ms);
		watch->step_due_ms = left_ms < LOOK_EVENTS_MAX_MS * LOOK_TIMED_SHARE
					     ? now_ms + (int64_t)left_ms
					     : 0;
	}
}

/*
 * A mirror of a move raises no event when it fails to copy, and no longer shows it when it is in
 * sync. So it is looked at ever more often towards that moment; and more rarely where it is late.
 */
static int64_t near_step_interval_ms(
	const struct device_watch *watch, const struct look *look, int64_t now_ms)
{
	int64_t away_ms = watch->step_due_ms - now_ms;

	if (look->progress.step_sectors == 0)
		return LOOK_EVENTS_MAX_MS;
	if (watch->step_due_ms == 0)
		return watch->is_begun ? LOOK_TIMED_FIRST_MS : LOOK_EVENTS_MAX_MS;
	if (away_ms < 0)
		away_ms = -away_ms;
	away_ms /= LOOK_TIMED_SHARE;
	return away_ms > LOOK_TIMED_MIN_MS ? away_ms : LOOK_TIMED_MIN_MS;
}

static int64_t least(int64_t left, int64_t right)
{
	return left < right ? left : right;
}

static int64_t next_interval_ms(const struct look *look, const struct device_watch *watch,
	size_t watched, bool has_events, int64_t now_ms)
{
	if (look->answer == KERNEL_GONE && has_events)
		return LOOK_GONE_MS;
	if (look->answer != KERNEL_SEEN || look->table.is_suspended)
		return LOOK_AGAIN_MS;
	if (watch->is_stepped)
		return LOOK_STEPPED_MS;
	if (look->verdict == LVMPOLLD_WATCH_TIMED)
		return timed_interval_ms(watch, &look->progress, now_ms);
	return least(near_step_interval_ms(watch, look, now_ms),
		has_events ? events_interval_ms(watched, now_ms) : LOOK_NO_EVENTS_MS);
}

static bool note_movement(
	struct device_watch *watch, const struct look *look, unsigned stall_check_s, int64_t now_ms)
{
	bool is_step_due = look->answer == KERNEL_SEEN && !look->table.is_suspended &&
			   look->verdict != LVMPOLLD_WATCH && look->verdict != LVMPOLLD_WATCH_TIMED;

	if (look->answer == KERNEL_GONE || is_step_due || watch->is_begun ||
		look->progress.done_sectors != watch->moved_done_sectors) {
		watch->moved_ms = now_ms;
		watch->moved_done_sectors = look->progress.done_sectors;
	} else if (stall_check_s > 0 && now_ms - watch->moved_ms >= stall_check_s * INT64_C(1000)) {
		watch->moved_ms = now_ms;
		return true;
	}
	return false;
}

/* Puts down when to look again, and the device whose events matter. */
static bool conclude_locked(struct devices *devices, struct look *look, bool has_events)
	REQUIRES(devices_role)
{
	struct device *device = look->device;
	struct device_watch *watch = &device->watch;
	unsigned stall_check_s = device->terms->plugin->stall_check_s;
	int64_t now_ms = look_clock_ms(), interval_ms;
	bool is_stalled, is_news;

	if (!devices_end_look_locked(devices, device))
		return false;
	log_unreadable(look, watch);
	expect_step(watch, look, now_ms);
	interval_ms = next_interval_ms(look, watch, devices->watched_count, has_events, now_ms);
	is_stalled = note_movement(watch, look, stall_check_s, now_ms);
	watch->is_begun &= look->epoch != watch->epoch;
	if (stall_check_s > 0 && interval_ms > stall_check_s * INT64_C(1000))
		interval_ms = stall_check_s * INT64_C(1000);
	watch->last_look_ms = now_ms;
	watch->next_look_ms = now_ms + interval_ms;
	if (look->answer == KERNEL_SEEN) {
		watch->number = look->table.device;
		watch->event_number = look->table.event_number;
	}
	if (look->answer == KERNEL_UNREADABLE && !is_stalled)
		return false;
	if (watch->is_watched && look->epoch == watch->epoch)
		is_news = record_observation(look, is_stalled, watch->is_settled);
	else
		is_news = record_late_loss(look);
	if (is_news) {
		/* That it copies again will be news. */
		watch->is_settled = false;
		devices_add_news_locked(devices, device);
	}
	return is_news;
}

/* The first volume that is due, held so that it stays; NULL where none is. */
static struct device *take_due(struct devices *devices, int64_t now_ms, unsigned *epoch)
{
	struct device *device;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link)
		if (device->watch.is_look_wanted || device->watch.next_look_ms <= now_ms)
			break;
	if (device) {
		device->watch.is_look_wanted = false;
		*epoch = device->watch.epoch;
		devices_begin_look_locked(devices, device);
		/* To the end, so that the next search does not pass it again. */
		TAILQ_REMOVE(&devices->watched, device, watched_link);
		TAILQ_INSERT_TAIL(&devices->watched, device, watched_link);
		device->watch.next_look_ms = now_ms + LOOK_AGAIN_MS;
	}
	devices_unlock(devices);
	return device;
}

bool look_at_due(struct devices *devices, bool has_events)
{
	int64_t now_ms = look_clock_ms();
	bool has_news = false;
	struct look look = {0};

	while ((look.device = take_due(devices, now_ms, &look.epoch))) {
		memset(&look.table, 0, sizeof(look.table));
		look.verdict = LVMPOLLD_POLL;
		device_lock(look.device);
		look.progress = look.device->progress;
		device_unlock(look.device);
		ask_kernel(&look);
		devices_lock(devices);
		has_news |= conclude_locked(devices, &look, has_events);
		devices_unlock(devices);
		kernel_release_table(&look.table);
	}
	return has_news;
}
