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

void look_note_events(struct store *store, const struct kernel_events *events)
{
	struct volume *volume;
	uint32_t number;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->watched, watched_link) {
		if (volume->watch.device == 0)
			continue;
		/* One that is not in the list is gone, or has another number by now. */
		if (!kernel_find_event(events, volume->watch.device, &number) ||
			number != volume->watch.event_number)
			volume->watch.is_look_wanted = true;
	}
	store_unlock(store);
}

int64_t look_next_ms(struct store *store)
{
	struct volume *volume;
	int64_t next_ms = -1;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->watched, watched_link) {
		int64_t due_ms = volume->watch.is_look_wanted ? 0 : volume->watch.next_look_ms;

		if (next_ms < 0 || due_ms < next_ms)
			next_ms = due_ms;
	}
	store_unlock(store);
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
	const struct volume_watch *watch, const struct lvmpolld_progress *progress, int64_t now_ms)
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
	struct volume *volume;
	unsigned epoch;
	enum kernel_answer answer;
	struct lvmpolld_error error;
	struct kernel_table table;
	enum lvmpolld_verdict verdict;
	struct lvmpolld_progress progress;
};

/* The slow part, without any lock. */
static void ask_kernel(struct look *look)
{
	const struct volume_request *request = look->volume->request;

	look->answer = kernel_read_table(request->parameters.lvid,
		request->plugin->interface->layer, &look->table, &look->error);
	if (look->answer == KERNEL_SEEN && !look->table.is_suspended)
		look->verdict = plugin_read_targets(request->plugin, &request->parameters,
			look->table.targets, look->table.target_count, &look->progress);
}

/* A status that cannot be read is said once, and again after it could be read meanwhile. */
static void log_unreadable(const struct look *look, struct volume_watch *watch)
{
	struct log_subject subject = volume_subject(look->volume);
	bool is_unreadable = look->answer == KERNEL_UNREADABLE;

	if (is_unreadable && !watch->is_unreadable)
		log_write_subject(
			LOG_LEVEL_WARN, &subject, "%s; trying again", look->error.sentence);
	watch->is_unreadable = is_unreadable;
}

static void log_failed_devices(const struct volume *volume, unsigned former, unsigned failed)
{
	struct log_subject subject = volume_subject(volume);

	if (failed > former)
		log_write_subject(LOG_LEVEL_ERROR, &subject,
			"the kernel has given up %u of the mirror's devices", failed);
}

/* Writes down what was seen. Returns true where the main thread must know. */
static bool record_sighting(struct look *look, bool is_stalled)
{
	struct volume *volume = look->volume;
	struct volume_sighting *sighting;
	bool is_news;

	volume_lock(volume);
	sighting = &volume->sighting;
	/* Where the device could not be read, what was seen before still holds. */
	if (look->answer == KERNEL_GONE) {
		sighting->kind = VOLUME_GONE;
		sighting->signature = 0;
	} else if (look->answer == KERNEL_SEEN && look->table.is_suspended) {
		/* That data would be lost is not forgotten while the device is suspended. */
		if (!volume_sighting_gives_up(sighting))
			sighting->kind = VOLUME_SUSPENDED;
	} else if (look->answer == KERNEL_SEEN) {
		log_failed_devices(
			volume, volume->progress.failed_devices, look->progress.failed_devices);
		/* That data would be lost must be heard of, whatever is seen before it is. */
		if (!volume_sighting_gives_up(sighting))
			sighting->verdict = look->verdict;
		sighting->kind = VOLUME_SEEN;
		sighting->signature = sign(&look->table);
		replace(&sighting->device_name, look->table.name);
		replace(&sighting->vg_name, look->table.vg_name);
		replace(&sighting->lv_name, look->table.lv_name);
		volume->progress = look->progress;
	}
	/* The main thread takes it back when it has read it. */
	sighting->is_stalled |= is_stalled;
	/* While it is watched and goes on being watched, there is nothing to tell. */
	is_news = volume->state != VOLUME_WATCHING || sighting->is_stalled ||
		  sighting->kind == VOLUME_GONE ||
		  (sighting->kind == VOLUME_SEEN && sighting->verdict != LVMPOLLD_WATCH &&
			  sighting->verdict != LVMPOLLD_WATCH_TIMED);
	volume_unlock(volume);
	return is_news;
}

/*
 * A look that has ended after a turn was taken, or after watching has begun anew, counts no more,
 * but for this: the next may find that the kernel has forgotten it. Returns true where it was seen.
 */
static bool record_late_loss(const struct look *look)
{
	struct volume *volume = look->volume;
	bool is_loss = look->answer == KERNEL_SEEN && look->verdict == LVMPOLLD_DATA_LOSS;

	if (!is_loss)
		return false;
	volume_lock(volume);
	volume->sighting.kind = VOLUME_SEEN;
	volume->sighting.verdict = LVMPOLLD_DATA_LOSS;
	volume_unlock(volume);
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
static void expect_step(struct volume_watch *watch, const struct look *look, int64_t now_ms)
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
	const struct volume_watch *watch, const struct look *look, int64_t now_ms)
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

static int64_t next_interval_ms(const struct look *look, const struct volume_watch *watch,
	size_t watched, bool has_events, int64_t now_ms)
{
	if (look->answer != KERNEL_SEEN || look->table.is_suspended)
		return LOOK_AGAIN_MS;
	if (look->verdict == LVMPOLLD_WATCH_TIMED)
		return timed_interval_ms(watch, &look->progress, now_ms);
	return least(near_step_interval_ms(watch, look, now_ms),
		has_events ? events_interval_ms(watched, now_ms) : LOOK_NO_EVENTS_MS);
}

static bool note_movement(
	struct volume_watch *watch, const struct look *look, unsigned stall_check_s, int64_t now_ms)
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
static bool conclude_locked(struct store *store, struct look *look, bool has_events)
	REQUIRES(store_role)
{
	struct volume *volume = look->volume;
	struct volume_watch *watch = &volume->watch;
	unsigned stall_check_s = volume->request->plugin->stall_check_s;
	int64_t now_ms = look_clock_ms(), interval_ms;
	bool is_stalled, is_news;

	if (!store_end_look_locked(store, volume))
		return false;
	log_unreadable(look, watch);
	expect_step(watch, look, now_ms);
	interval_ms = next_interval_ms(look, watch, store->watched_count, has_events, now_ms);
	is_stalled = note_movement(watch, look, stall_check_s, now_ms);
	watch->is_begun &= look->epoch != watch->epoch;
	if (stall_check_s > 0 && interval_ms > stall_check_s * INT64_C(1000))
		interval_ms = stall_check_s * INT64_C(1000);
	watch->last_look_ms = now_ms;
	watch->next_look_ms = now_ms + interval_ms;
	if (look->answer == KERNEL_SEEN) {
		watch->device = look->table.device;
		watch->event_number = look->table.event_number;
	}
	if (look->answer == KERNEL_UNREADABLE && !is_stalled)
		return false;
	if (watch->is_watched && look->epoch == watch->epoch)
		is_news = record_sighting(look, is_stalled);
	else
		is_news = record_late_loss(look);
	if (is_news)
		store_add_news_locked(store, volume);
	return is_news;
}

/* The first volume that is due, held so that it stays; NULL where none is. */
static struct volume *take_due(struct store *store, int64_t now_ms, unsigned *epoch)
{
	struct volume *volume;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->watched, watched_link)
		if (volume->watch.is_look_wanted || volume->watch.next_look_ms <= now_ms)
			break;
	if (volume) {
		volume->watch.is_look_wanted = false;
		*epoch = volume->watch.epoch;
		store_begin_look_locked(store, volume);
		/* To the end, so that the next search does not pass it again. */
		TAILQ_REMOVE(&store->watched, volume, watched_link);
		TAILQ_INSERT_TAIL(&store->watched, volume, watched_link);
		volume->watch.next_look_ms = now_ms + LOOK_AGAIN_MS;
	}
	store_unlock(store);
	return volume;
}

bool look_at_due(struct store *store, bool has_events)
{
	int64_t now_ms = look_clock_ms();
	bool has_news = false;
	struct look look = {0};

	while ((look.volume = take_due(store, now_ms, &look.epoch))) {
		memset(&look.table, 0, sizeof(look.table));
		look.verdict = LVMPOLLD_POLL;
		volume_lock(look.volume);
		look.progress = look.volume->progress;
		volume_unlock(look.volume);
		ask_kernel(&look);
		store_lock(store);
		has_news |= conclude_locked(store, &look, has_events);
		store_unlock(store);
		kernel_release_table(&look.table);
	}
	return has_news;
}
