/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast an operation gets on. */
#include "config.h"

#include <string.h>

#include "operation/rate.h"

#define SECTOR_SIZE 512

/* Where a plugin tells the percentage alone. */
#define PARTS_PER_PERCENT 10000
#define PARTS             (100 * PARTS_PER_PERCENT)

/* Without a look for so long nobody knows what has happened meanwhile. */
#define FORGET_MS (3 * INT64_C(30000))

/* Rounded: the same percentage gives the same, by whichever way it has come. */
struct extent extent_of(const struct lvmpolld_progress *progress)
{
	if (progress->total_sectors > 0 || progress->percent < 0)
		return (struct extent){progress->done_sectors, progress->total_sectors, true};
	return (struct extent){
		(uint64_t)(progress->percent * PARTS_PER_PERCENT + 0.5), PARTS, false};
}

/* Drops what is older than the window, but not the few that are needed. */
static void drop_old(struct rate *rate, int64_t now_ms)
{
	unsigned old = 0;

	while (rate->count - old > RATE_SAMPLES_MIN &&
		now_ms - rate->samples[old].at_ms > RATE_WINDOW_MS)
		old++;
	if (old == 0 && rate->count == RATE_SAMPLES_MAX)
		old = 1;
	rate->count -= old;
	memmove(rate->samples, rate->samples + old, rate->count * sizeof(rate->samples[0]));
}

static void add_sample(struct rate *rate, int64_t now_ms, uint64_t done)
{
	drop_old(rate, now_ms);
	rate->samples[rate->count++] = (struct rate_sample){now_ms, (int64_t)done};
}

/*
 * What of the change from the look before is no movement: less is done, since a part was cut off
 * that was done; or the part that was added was done from the start.
 */
static int64_t find_shift(const struct extent *former, const struct extent *extent)
{
	int64_t grown = (int64_t)(extent->total - former->total);
	int64_t moved = (int64_t)(extent->done - former->done);

	if (moved < 0)
		return moved;
	return grown > 0 && moved >= grown ? grown : 0;
}

static void shift_samples(struct rate *rate, int64_t shift)
{
	for (unsigned i = 0; i < rate->count; i++)
		rate->samples[i].done += shift;
}

void rate_note(struct rate *rate, int64_t now_ms, struct extent extent)
{
	const struct extent former = rate->extent;
	bool is_first = rate->looked_ms == 0 || extent.is_in_sectors != former.is_in_sectors;
	bool has_other_total = extent.total != former.total;
	bool is_less = extent.done < former.done && !has_other_total;

	if (is_first || is_less || now_ms - rate->looked_ms > FORGET_MS)
		rate->count = 0;
	else if (has_other_total)
		shift_samples(rate, find_shift(&former, &extent));
	if (is_first || has_other_total || extent.done != former.done)
		rate->moved_ms = now_ms;
	rate->extent = extent;
	rate->looked_ms = now_ms;
	if (rate->count == 0 || now_ms - rate->samples[rate->count - 1].at_ms >= RATE_SAMPLE_MS)
		add_sample(rate, now_ms, extent.done);
}

void rate_resume(struct rate *rate, int64_t moved_ms, struct extent extent)
{
	*rate = (struct rate){.extent = extent, .looked_ms = moved_ms, .moved_ms = moved_ms};
}

void rate_note_movement(struct rate *rate, int64_t now_ms)
{
	rate->moved_ms = now_ms;
}

/* In the unit of its extents; below 0: not known. */
static double per_s(const struct rate *rate, int64_t now_ms)
{
	const struct rate_sample *first = &rate->samples[0];
	const struct rate_sample *last = &rate->samples[rate->count - (rate->count > 0)];

	if (rate->count < RATE_SAMPLES_MIN || now_ms - rate->looked_ms > FORGET_MS)
		return -1;
	return (double)(last->done - first->done) * 1000 / (double)(last->at_ms - first->at_ms);
}

int64_t rate_bytes_per_s(const struct rate *rate, int64_t now_ms)
{
	double sectors = rate->extent.is_in_sectors ? per_s(rate, now_ms) : -1;

	return sectors < 0 ? -1 : (int64_t)(sectors * SECTOR_SIZE);
}

int64_t rate_time_left_s(const struct rate *rate, int64_t now_ms, struct extent extent)
{
	double speed = per_s(rate, now_ms);

	if (extent.done >= extent.total)
		return 0;
	if (speed <= 0)
		return -1;
	return (int64_t)((double)(extent.total - extent.done) / speed + 0.5);
}

int64_t rate_stalled_s(const struct rate *rate, int64_t now_ms)
{
	if (rate->looked_ms == 0 || rate->looked_ms - rate->moved_ms < RATE_STALL_MS)
		return -1;
	return (now_ms - rate->moved_ms) / 1000;
}

int64_t rate_unseen_s(const struct rate *rate, int64_t now_ms)
{
	if (rate->looked_ms == 0 || now_ms - rate->looked_ms <= FORGET_MS)
		return -1;
	return (now_ms - rate->moved_ms) / 1000;
}
