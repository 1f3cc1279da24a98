/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When the next look at each watched device is due. */
#include "config.h"

#include <time.h>

#include "loader/plugins.h"
#include "monitor/look.h"
#include "monitor/schedule.h"

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
#define LOOK_COMMAND_MS 100
/* For what raises no event: a share of the time that is left, within these bounds. */
#define LOOK_TIMED_MIN_MS   50
#define LOOK_TIMED_MAX_MS   10000
#define LOOK_TIMED_FIRST_MS 250
#define LOOK_TIMED_SHARE    4
#define LOOK_TIMED_NEAR_MS  4000 /* with less than this to go it is at least once a second */
#define LOOK_TIMED_STILL_MS 1000 /* at most, while nothing moves */

/* A look that is older than this is repeated when a client asks. */
#define REFRESH_MS 1000

int64_t schedule_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void schedule_note_events(struct devices *devices, const struct device_mapper_events *events)
{
	struct device *device;
	uint32_t number;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link) {
		/* One that is not in the list is gone, or has another number by now. */
		if (!device_mapper_find_event(events, device->watch.number, &number) ||
			number != device->watch.event_number)
			device->watch.is_look_wanted = true;
	}
	devices_unlock(devices);
}

void schedule_want_all(struct devices *devices)
{
	struct device *device;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link)
		device->watch.is_look_wanted = true;
	devices_unlock(devices);
}

bool schedule_is_any_watched(struct devices *devices)
{
	bool is_any;

	devices_lock(devices);
	is_any = devices->watched_count > 0;
	devices_unlock(devices);
	return is_any;
}

int64_t schedule_next_ms(struct devices *devices)
{
	struct device *device;
	int64_t next_ms = -1;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link) {
		int64_t due_ms = device->watch.is_look_wanted ? 0 : device->watch.next_look_ms;

		if (device->watch.references > 0)
			continue;
		if (next_ms < 0 || due_ms < next_ms)
			next_ms = due_ms;
	}
	devices_unlock(devices);
	return next_ms;
}

/* A share of the time for which nothing has moved: it may wait for something, or have failed. */
static int64_t still_interval_ms(const struct device_watch *watch, int64_t now_ms)
{
	int64_t interval_ms = (now_ms - watch->moved_ms) / LOOK_TIMED_SHARE;

	if (watch->is_begun || interval_ms < LOOK_TIMED_FIRST_MS)
		return LOOK_TIMED_FIRST_MS;
	return interval_ms < LOOK_TIMED_STILL_MS ? interval_ms : LOOK_TIMED_STILL_MS;
}

/* A share of the time that is left at the speed since the last movement. */
static int64_t timed_interval_ms(
	const struct device_watch *watch, const struct lvmpolld_progress *progress, int64_t now_ms)
{
	const struct extent extent = extent_of(progress);
	uint64_t moved, left;
	double left_ms, interval_ms;

	if (watch->last_look_ms == 0 || extent.done <= watch->moved.done)
		return still_interval_ms(watch, now_ms);
	moved = extent.done - watch->moved.done;
	left = extent.total - extent.done;
	left_ms = (double)left / (double)moved * (double)(now_ms - watch->moved_ms);
	interval_ms = left_ms / LOOK_TIMED_SHARE;
	if (left_ms < LOOK_TIMED_NEAR_MS && interval_ms > 1000)
		interval_ms = 1000;
	if (interval_ms < LOOK_TIMED_MIN_MS)
		return LOOK_TIMED_MIN_MS;
	return interval_ms > LOOK_TIMED_MAX_MS ? LOOK_TIMED_MAX_MS : (int64_t)interval_ms;
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

	if (look->answer == DEVICE_MAPPER_UNREADABLE)
		return;
	if (watch->is_begun || look->answer != DEVICE_MAPPER_SEEN ||
		look->verdict != LVMPOLLD_WATCH || look->progress.step_sectors == 0) {
		watch->step_due_ms = 0;
	} else if (look->progress.done_sectors > watch->moved.done) {
		moved = look->progress.done_sectors - watch->moved.done;
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
	if (look->answer == DEVICE_MAPPER_GONE && has_events)
		return LOOK_GONE_MS;
	if (look->answer != DEVICE_MAPPER_SEEN || look->table.is_suspended)
		return LOOK_AGAIN_MS;
	if (watch->has_command)
		return LOOK_COMMAND_MS;
	if (look->verdict == LVMPOLLD_WATCH_TIMED)
		return timed_interval_ms(watch, &look->progress, now_ms);
	return least(near_step_interval_ms(watch, look, now_ms),
		has_events ? events_interval_ms(watched, now_ms) : LOOK_NO_EVENTS_MS);
}

static bool note_movement(
	struct device_watch *watch, const struct look *look, unsigned stall_check_s, int64_t now_ms)
{
	const struct extent extent = extent_of(&look->progress);
	bool is_step_due = look->answer == DEVICE_MAPPER_SEEN && !look->table.is_suspended &&
			   look->verdict != LVMPOLLD_WATCH && look->verdict != LVMPOLLD_WATCH_TIMED;

	if (look->answer == DEVICE_MAPPER_GONE || is_step_due || watch->is_begun ||
		extent.done != watch->moved.done || extent.total != watch->moved.total) {
		watch->moved_ms = now_ms;
		watch->moved = extent;
	} else if (stall_check_s > 0 && now_ms - watch->moved_ms >= stall_check_s * INT64_C(1000)) {
		watch->moved_ms = now_ms;
		return true;
	}
	return false;
}

bool schedule_next_look_locked(struct devices *devices, const struct look *look, bool has_events)
{
	struct device_watch *watch = &look->begun.device->watch;
	unsigned stall_check_s = look->begun.terms->plugin->stall_check_s;
	int64_t now_ms = schedule_clock_ms(), interval_ms;
	bool is_stalled;

	expect_step(watch, look, now_ms);
	interval_ms = next_interval_ms(look, watch, devices->watched_count, has_events, now_ms);
	is_stalled = note_movement(watch, look, stall_check_s, now_ms);
	watch->is_begun &= look->begun.epoch != watch->epoch;
	if (stall_check_s > 0 && interval_ms > stall_check_s * INT64_C(1000))
		interval_ms = stall_check_s * INT64_C(1000);
	watch->last_look_ms = now_ms;
	watch->next_look_ms = now_ms + interval_ms;
	if (look->answer == DEVICE_MAPPER_SEEN) {
		watch->number = look->table.device;
		watch->event_number = look->table.event_number;
	}
	return is_stalled;
}

struct device *schedule_take_due(
	struct devices *devices, int64_t now_ms, unsigned *epoch, unsigned *ended)
{
	struct device *device;

	devices_lock(devices);
	TAILQ_FOREACH (device, &devices->watched, watched_link)
		/* One that is looked at now may not answer: it is not asked again. */
		if (device->watch.references == 0 &&
			(device->watch.is_look_wanted || device->watch.next_look_ms <= now_ms))
			break;
	if (device) {
		device->watch.is_look_wanted = false;
		*epoch = device->watch.epoch;
		*ended = device->watch.ended;
		devices_hold_locked(devices, device);
		/* To the end, so that the next search does not pass it again. */
		TAILQ_REMOVE(&devices->watched, device, watched_link);
		TAILQ_INSERT_TAIL(&devices->watched, device, watched_link);
		device->watch.next_look_ms = now_ms + LOOK_AGAIN_MS;
	}
	devices_unlock(devices);
	return device;
}

bool schedule_refresh(struct devices *devices, struct device *device)
{
	struct device_watch *watch = &device->watch;
	bool is_wanted;

	devices_lock(devices);
	is_wanted = watch->is_watched && !watch->is_look_wanted &&
		    schedule_clock_ms() - watch->last_look_ms >= REFRESH_MS;
	watch->is_look_wanted |= is_wanted;
	devices_unlock(devices);
	return is_wanted;
}

void schedule_note_copying(struct devices *devices, struct device *device)
{
	devices_lock(devices);
	/* A look has shown something else meanwhile, and is not read yet. */
	device->watch.is_copying = !device->watch.has_news;
	devices_unlock(devices);
}

void schedule_set_command(struct devices *devices, struct device *device, bool is_running)
{
	devices_lock(devices);
	device->watch.has_command = is_running;
	if (is_running)
		device->watch.is_copying = false;
	else
		device->watch.ended++;
	if (!is_running && device->watch.is_watched)
		devices_watch_locked(devices, device);
	devices_unlock(devices);
}
