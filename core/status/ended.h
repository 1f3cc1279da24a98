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
	uint64_t changed;      /* that of the latest change before; 0: none was counted */
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
	uint64_t highest; /* of the numbers, also of those that were dropped since */
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
 * there already. A line with more behind it, as where it was forgotten since, takes its place.
 */
void ended_add_former(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit);

/* That with NUMBER; or NULL. */
struct ended_operation *ended_find(const struct ended *ended, uint64_t number);
/* Operation NUMBER where that has failed, and was not forgotten since; or NULL. */
struct ended_operation *ended_find_failed(const struct ended *ended, uint64_t number);
bool ended_is_at_risk(const struct ended_operation *operation);
/* Somebody has OPERATION forgotten, which is replaced. Returns false when out of memory. */
bool ended_forget(struct ended *ended, struct ended_operation *operation);

/* Drops the oldest where there are more than LIMIT. */
void ended_limit(struct ended *ended, size_t limit);

#endif
