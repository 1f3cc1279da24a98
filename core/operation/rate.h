/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast an operation gets on: samples of what is done, some seconds apart, over the last half
 * minute. Nothing here asks a clock; times are in milliseconds of one clock that never jumps.
 */
#ifndef CORE_OPERATION_RATE_H
#define CORE_OPERATION_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include <lvmpolld/plugin.h>

/* Samples are at least so far apart, and are told of this long. */
#define RATE_SAMPLE_MS 3000
#define RATE_WINDOW_MS 30000
/* With fewer nothing is told: one segment begun or one second of a busy disk would be all. */
#define RATE_SAMPLES_MIN 5
#define RATE_SAMPLES_MAX (RATE_WINDOW_MS / RATE_SAMPLE_MS + 1)
/* What has not moved for so long stands still. */
#define RATE_STALL_MS 10000

/* How far an operation is: in sectors, or, where those are not known, in millionths of it. */
struct extent {
	uint64_t done;
	uint64_t total; /* 0: nothing is known */
	bool is_in_sectors;
};

struct extent extent_of(const struct lvmpolld_progress *progress);

struct rate_sample {
	int64_t at_ms;
	int64_t done; /* below 0: by a total that has grown since */
};

/* All zero: nothing is known yet. */
struct rate {
	struct rate_sample samples[RATE_SAMPLES_MAX]; /* the oldest first */
	unsigned count;
	struct extent extent; /* when it was looked at last */
	int64_t looked_ms;    /* 0: not yet */
	int64_t moved_ms;     /* when a look last showed another extent than the one before */
};

/*
 * A look at NOW_MS has shown EXTENT, whose total is known. Less than before of the same total:
 * another count begins. A total that grows or shrinks leaves the rate as it is: what is done by
 * that is not counted.
 */
void rate_note(struct rate *rate, int64_t now_ms, struct extent extent);

/* It was at EXTENT since MOVED_MS when it was looked at last, by a previous daemon. */
void rate_resume(struct rate *rate, int64_t moved_ms, struct extent extent);

/* It gets on in a way that no look shows. */
void rate_note_movement(struct rate *rate, int64_t now_ms);

/* Bytes a second, or -1: not known, as where extents are no sectors. */
int64_t rate_bytes_per_s(const struct rate *rate, int64_t now_ms);

/* Seconds for what EXTENT lacks at this rate, or -1: not known, as where nothing moves. */
int64_t rate_time_left_s(const struct rate *rate, int64_t now_ms, struct extent extent);

/* Seconds for which it has stood still, or -1: it moves, or that is not known. */
int64_t rate_stalled_s(const struct rate *rate, int64_t now_ms);
/* Likewise, where no look has come back for long: the device hangs. -1 where one has. */
int64_t rate_unseen_s(const struct rate *rate, int64_t now_ms);

#endif
