/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking lvm2 how operations stand. One report answers for all operations that wait and have the
 * same environment (system directory, devices file); those that come while it runs wait for the
 * next. A report only reads, and takes no turn of the scheduler.
 */
#ifndef CORE_LIFECYCLE_ASKING_H
#define CORE_LIFECYCLE_ASKING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

struct inquiry;
struct operation;
struct operations;
struct terms;

TAILQ_HEAD(inquiries, inquiry);

/*
 * OPERATION waits for a report. What the report says of it comes as an event of its life. Returns
 * 0, or a negative errno if lvm2 cannot be asked now.
 */
int asking_add(struct operation *operation);
/* OPERATION no longer waits for a report. Does nothing if it did not wait. */
void asking_remove(struct operation *operation);

/* For an upgrade: calls TAKE for each report that runs. Its TERMS give its environment. */
void asking_for_each_running(const struct operations *operations,
	void (*take)(const struct terms *terms, pid_t pid, void *context), void *context);
/*
 * After an upgrade: ends report PID, a child of this process that the program before has started.
 * Its output is lost; operations that waited for it ask again. Takes one reference of TERMS.
 */
void asking_end_left_over(
	struct operations *operations, struct terms *terms, pid_t pid, uint64_t start_ticks);

bool asking_is_running(const struct operations *operations);
/* Ends the reports that run with SIGTERM. */
void asking_stop(struct operations *operations);
/* Forgets all reports. Their processes run on. */
void asking_destroy(struct operations *operations);

#endif
