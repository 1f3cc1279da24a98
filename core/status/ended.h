/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that ended lately, each with its last entry: bounded, the oldest go first. */
#ifndef CORE_STATUS_ENDED_H
#define CORE_STATUS_ENDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct ended_operation {
	uint64_t number;
	uint64_t serial; /* of its end among all changes: status/changes.h; 0: before this daemon */
	int64_t ended_ms;      /* by running_clock_ms; 0: before this daemon */
	bool is_being_written; /* by the process that writes the history */
	bool is_kept;          /* in the history */
	size_t length;
	TAILQ_ENTRY(ended_operation) link;
	char text[]; /* its last entry */
};

TAILQ_HEAD(ended_list, ended_operation);

struct ended {
	struct ended_list list; /* the oldest first */
	size_t count;
	struct ended_operation *last_former; /* of those that the history had; or NULL */
};

void ended_init(struct ended *ended);
void ended_destroy(struct ended *ended);

/*
 * Adds operation NUMBER, which ended with the entry TEXT of LENGTH bytes. At most LIMIT are kept.
 * Returns the new one; NULL when out of memory: the end is not listed then.
 */
struct ended_operation *ended_add(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit);

/*
 * Adds one that the history has, the oldest first, before all that ended since, unless it is
 * there already.
 */
void ended_add_former(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit);

/* The latest of this number: one that ended before a boot may have had it, too; or NULL. */
const struct ended_operation *ended_find(const struct ended *ended, uint64_t number);

/* Drops the oldest where there are more than LIMIT. */
void ended_limit(struct ended *ended, size_t limit);

#endif
