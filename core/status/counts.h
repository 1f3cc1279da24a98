/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How operations ended, and how their lvm commands did, counted for monitoring since the daemon
 * began; an upgrade in place hands the numbers over.
 */
#ifndef CORE_STATUS_COUNTS_H
#define CORE_STATUS_COUNTS_H

#include <stddef.h>
#include <stdint.h>

struct buffer;
struct wire_message;

/* Word, and the key in messages. */
#define COUNTS_KEYS(X)                                                                             \
	X(SUCCESS, "results_success")                                                              \
	X(ERROR, "results_error")                                                                  \
	X(GIVEN_UP,                                                                                \
		"results_given_up") /* going on would lose data, or an administrator gave it up */ \
	X(ABORTED, "results_aborted")                                                              \
	X(RUN_SUCCESS, "lvm_runs_success") /* ended well, or when the daemon wanted it */          \
	X(RUN_ERROR, "lvm_runs_error")

#define COUNTS_WORD(word, key) COUNT_##word,
enum count { COUNTS_KEYS(COUNTS_WORD) COUNT_COUNT };
#undef COUNTS_WORD

/* Those of one kind of operation. */
struct counts_row {
	char *operation;
	uint64_t values[COUNT_COUNT];
};

/* All zero: none yet. */
struct counts {
	struct counts_row *rows;
	size_t count;
};

/* One more. When out of memory for the first of its kind it is not counted; the log has that. */
void counts_add(struct counts *counts, const char *operation, enum count which);

/* Adds the numbers of OPERATION, 0 where nothing was counted. */
void counts_write(const struct counts *counts, const char *operation, struct buffer *text);
/* The numbers of OPERATION are those of MESSAGE from now on. Returns 0 or -ENOMEM. */
int counts_read(struct counts *counts, const char *operation, const struct wire_message *message);

void counts_destroy(struct counts *counts);

#endif
