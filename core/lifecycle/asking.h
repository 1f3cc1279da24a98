/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking lvm2 how operations stand. One report answers for all that wait and have the same
 * environment (system directory, devices file); while it runs, those who come later wait for the
 * next. A report only reads, and takes no turn of the scheduler.
 */
#ifndef CORE_LIFECYCLE_ASKING_H
#define CORE_LIFECYCLE_ASKING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

struct ask;
struct operation;
struct operations;
struct terms;

TAILQ_HEAD(asks, ask);

/*
 * OPERATION waits for a report, whose meaning it is given as an event of its life. Returns 0 or a
 * negative errno: it cannot be asked now.
 */
int asking_add(struct operation *operation);
/* OPERATION waits no longer. Without effect where it does not. */
void asking_remove(struct operation *operation);

/* For an upgrade: calls TAKE with each report that runs, whose TERMS tell of its environment. */
void asking_for_each_running(const struct operations *operations,
	void (*take)(const struct terms *terms, pid_t pid, void *context), void *context);
/*
 * After an upgrade: ends report PID, a child of this process, which the program before has started.
 * What it prints is lost: whoever waited for it asks anew. Takes one reference of TERMS.
 */
void asking_end_left_over(
	struct operations *operations, struct terms *terms, pid_t pid, uint64_t start_ticks);

bool asking_is_running(const struct operations *operations);
/* Ends the reports that run with SIGTERM. */
void asking_stop(struct operations *operations);
/* Forgets all reports: those that run do so without us. */
void asking_destroy(struct operations *operations);

#endif
