/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast an operation gets on. */
#include "config.h"

#include <string.h>

#include "operation/rate.h"

#define SECTOR_SIZE 512

/* Without a look for so long nobody knows what has happened meanwhile. */
#define FORGET_MS (3 * INT64_C(30000))

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

static void add_sample(struct rate *rate, int64_t now_ms, uint64_t done_sectors)
{
	drop_old(rate, now_ms);
	rate->samples[rate->count++] = (struct rate_sample){now_ms, (int64_t)done_sectors};
}

/*
 * What of the change from the look before is no movement: less is done, since a part was cut off
 * that was done; or the part that was added was done from the start.
 */
static int64_t find_shift(const struct rate *rate, uint64_t done_sectors, uint64_t total_sectors)
{
	int64_t grown = (int64_t)(total_sectors - rate->total_sectors);
	int64_t moved = (int64_t)(done_sectors - rate->done_sectors);

	if (moved < 0)
		return moved;
	return grown > 0 && moved >= grown ? grown : 0;
}

static void shift_samples(struct rate *rate, int64_t shift)
{
	for (unsigned i = 0; i < rate->count; i++)
		rate->samples[i].done_sectors += shift;
}

void rate_note(struct rate *rate, int64_t now_ms, uint64_t done_sectors, uint64_t total_sectors)
{
	bool has_other_total = total_sectors != rate->total_sectors;
	bool is_new = rate->looked_ms == 0 || now_ms - rate->looked_ms > FORGET_MS ||
		      (done_sectors < rate->done_sectors && !has_other_total);

	if (is_new)
		rate->count = 0;
	else if (has_other_total)
		shift_samples(rate, find_shift(rate, done_sectors, total_sectors));
	if (is_new || has_other_total || done_sectors > rate->done_sectors)
		rate->moved_ms = now_ms;
	rate->done_sectors = done_sectors;
	rate->total_sectors = total_sectors;
	rate->looked_ms = now_ms;
	if (rate->count == 0 || now_ms - rate->samples[rate->count - 1].at_ms >= RATE_SAMPLE_MS)
		add_sample(rate, now_ms, done_sectors);
}

int64_t rate_bytes_per_s(const struct rate *rate, int64_t now_ms)
{
	const struct rate_sample *first = &rate->samples[0];
	const struct rate_sample *last = &rate->samples[rate->count - (rate->count > 0)];

	if (rate->count < RATE_SAMPLES_MIN || now_ms - rate->looked_ms > FORGET_MS)
		return -1;
	return (int64_t)((double)(last->done_sectors - first->done_sectors) * SECTOR_SIZE * 1000 /
			 (double)(last->at_ms - first->at_ms));
}

int64_t rate_time_left_s(const struct rate *rate, int64_t now_ms, uint64_t left_sectors)
{
	int64_t bytes_per_s = rate_bytes_per_s(rate, now_ms);

	if (left_sectors == 0)
		return 0;
	if (bytes_per_s <= 0)
		return -1;
	return (int64_t)((double)left_sectors * SECTOR_SIZE / (double)bytes_per_s + 0.5);
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
