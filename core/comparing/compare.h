/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether two places hold the same data, while both are written to. A write goes to both, but not
 * at the same moment: so a block that differs is read again and again. It counts only where it
 * stays the same on both sides, byte for byte, for longer than the kernel takes to write anew what
 * was changed while it was written. A block that keeps changing is no alarm.
 */
#ifndef CORE_COMPARING_COMPARE_H
#define CORE_COMPARING_COMPARE_H

#include <stddef.h>
#include <stdint.h>

/* What is read in one go, and the unit of comparison. */
#define COMPARE_PIECE_BYTES (1024 * 1024)
#define COMPARE_BLOCK_BYTES 4096

/* A difference is read at least so often. */
#define COMPARE_READS_MIN 5

/* The longest time for a block that keeps changing; then the result is COMPARE_CHANGING. */
#define COMPARE_CHANGING_MAX_MS 600000

struct compare_world {
	/* Reads LENGTH bytes at OFFSET of both sides. Returns 0 or a negative errno. */
	int (*read)(void *context, uint64_t offset, size_t length, void *left, void *right);
	int64_t (*clock_ms)(void *context);
	/* PIECE_MS: reading has taken so long; others are to get at the disks, too. */
	void (*give_way)(void *context, int64_t piece_ms);
	void (*pause)(void *context, int64_t milliseconds);
	/* LENGTH bytes at OFFSET differ. Told in their order, those side by side as one. */
	void (*differs)(void *context, uint64_t offset, uint64_t length);
	void *context;
	int64_t lasting_ms; /* a difference must stay for so long */
};

enum compare_result {
	COMPARE_EQUAL,
	COMPARE_DIFFERENT, /* what differs() was told; there may be more */
	COMPARE_CHANGING,  /* some of it keeps changing, and was never equal */
	COMPARE_UNREADABLE /* or out of memory: error tells the errno */
};

/*
 * Compares the first LENGTH bytes of both sides. *ERROR: a positive errno with COMPARE_UNREADABLE.
 * It blocks: in a process of its own.
 */
enum compare_result compare_run(const struct compare_world *world, uint64_t length, int *error);

#endif
