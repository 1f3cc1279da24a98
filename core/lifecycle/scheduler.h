/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides whose turn it is to run an lvpoll. At most lvm.max_running run at a time. The volume
 * groups take turns, so that a group with many operations does not keep the others waiting. Two
 * steps in one group never run side by side, since the second would only wait for the first one's
 * lock.
 */
#ifndef CORE_LIFECYCLE_SCHEDULER_H
#define CORE_LIFECYCLE_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "operation/operation.h"

struct dm_hash_table;
struct scheduler_group;

TAILQ_HEAD(scheduler_group_list, scheduler_group);

struct scheduler {
	struct dm_hash_table *by_vg_uuid;
	struct scheduler_group_list turns; /* groups that wait; the next one first */
	size_t waiting;                    /* operations that wait */
	size_t running;                    /* operations whose lvpoll runs */
};

/* Returns 0 or -ENOMEM. */
int scheduler_init(struct scheduler *scheduler);
void scheduler_destroy(struct scheduler *scheduler);

/*
 * OPERATION waits for a turn to run an lvpoll; if IS_URGENT, before all others. It must neither
 * wait nor run. Returns 0 or -ENOMEM.
 */
int scheduler_add(struct scheduler *scheduler, struct operation *operation, bool is_urgent);

/* The lvpoll of OPERATION runs already: another daemon started it. Returns 0 or -ENOMEM. */
int scheduler_adopt(struct scheduler *scheduler, struct operation *operation);

/* OPERATION no longer waits or runs. Does nothing if it did neither. */
void scheduler_remove(struct scheduler *scheduler, struct operation *operation);

/*
 * Returns the operation whose turn it is, which counts as running from now on; NULL if none may run
 * now.
 */
struct operation *scheduler_next(struct scheduler *scheduler, size_t max_running);

#endif
