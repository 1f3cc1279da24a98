/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A comparison under way: the process that compares, as the daemon sees it. */
#ifndef CORE_COMPARING_COMPARISON_H
#define CORE_COMPARING_COMPARISON_H

#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "comparing/copies.h"
#include "util/error.h"

struct comparison;
struct event_base;

/* All comparisons whose process still exists, or that wait for their turn. */
TAILQ_HEAD(comparisons, comparison);

enum comparison_result {
	COMPARISON_EQUAL,
	COMPARISON_DIFFERENT,
	COMPARISON_FAILED, /* it could not be compared */
	COMPARISON_DUE     /* it has waited for its turn, and is to be begun anew by what is now */
};

struct comparison_callbacks {
	/* LENGTH bytes of COPY differ, OFFSET bytes behind its start, and have stayed so. */
	void (*differs)(const struct copy *copy, uint64_t offset, uint64_t length, void *context);
	/* It has read on. */
	void (*progressed)(void *context);
	/* Something to be read by people. */
	void (*complained)(const char *text, void *context);
	/* It has ended by itself, or did not begin. The comparison is freed when this returns. */
	void (*ended)(enum comparison_result result, void *context);
};

/*
 * Compares COPIES, of which there is one at least; it is in ALL. Each disk has one comparison at a
 * time: it waits for its turn. Returns NULL with the error.
 */
struct comparison *comparison_start(struct comparisons *all, struct event_base *base,
	const struct lvmpolld_copies *copies, const struct comparison_callbacks *callbacks,
	void *context, struct lvmpolld_error *error);

/*
 * Ends it: no callback is called any more. It is freed when its process is gone, which is not
 * waited for.
 */
void comparison_stop(struct comparison *comparison);

/* Likewise, for process PID, which is a child that the program before an upgrade has started. */
void comparison_end_left_over(
	struct comparisons *all, struct event_base *base, pid_t pid, uint64_t start_ticks);

/* For an upgrade: calls VISIT with the process of each. */
void comparisons_visit(
	const struct comparisons *all, void (*visit)(pid_t pid, void *context), void *context);

/* Frees all, with no callback: the daemon ends, and the processes do when it is gone. */
void comparisons_destroy(struct comparisons *all);

#endif
