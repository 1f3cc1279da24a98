/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that ended lately, each with its last entry: bounded, the oldest go first. */
#ifndef CORE_STATUS_ENDED_H
#define CORE_STATUS_ENDED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct ended_operation {
	uint64_t number;
	int64_t ended_ms; /* by boot_clock_ms */
	uint64_t serial;  /* of its end among all changes: status/changes.h */
	size_t length;
	TAILQ_ENTRY(ended_operation) link;
	char text[]; /* its last entry */
};

TAILQ_HEAD(ended_list, ended_operation);

struct ended {
	struct ended_list list; /* the oldest first */
	size_t count;
};

void ended_init(struct ended *ended);
void ended_destroy(struct ended *ended);

/*
 * Adds operation NUMBER, which ended at ENDED_MS with the entry TEXT of LENGTH bytes. At most LIMIT
 * are kept. Returns the new one; NULL when out of memory: then nobody can be told.
 */
struct ended_operation *ended_add(struct ended *ended, uint64_t number, int64_t ended_ms,
	const char *text, size_t length, size_t limit);

/* Drops those that ended more than AGE_S seconds ago. */
void ended_drop_old(struct ended *ended, unsigned age_s);

#endif
