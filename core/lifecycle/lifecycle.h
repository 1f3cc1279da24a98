/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes events in: the table (table.h) gives the next state of the operation, and the entry action
 * of that state is run (actions.h).
 *
 * A caller that has reported events calls lifecycle_settle at the end: it gives free turns to
 * waiting operations, and frees the operations that are over. Until then they stay allocated.
 */
#ifndef CORE_LIFECYCLE_LIFECYCLE_H
#define CORE_LIFECYCLE_LIFECYCLE_H

#include "lifecycle/table.h"

struct operation;
struct operations;
struct terms;

/* A new operation on the device of TERMS. No request waits for it yet. NULL when out of memory. */
struct operation *lifecycle_new_operation(struct operations *operations, struct terms *terms);
/* Frees OPERATION, which has not begun: what it was made for has failed. */
void lifecycle_drop_operation(struct operation *operation);

/* Begins the life of OPERATION, which is in no list yet, with a look at its device. */
void lifecycle_begin(struct operation *operation);
/* Begins it with process OPERATION->attempt.pid of a previous daemon, which is ended first. */
void lifecycle_begin_with_orphan(struct operation *operation);
/* Begins it with a report of lvm2: the program before an upgrade was waiting for one. */
void lifecycle_begin_asking(struct operation *operation);
/* Begins it in STATE, in which the program before an upgrade had it. */
void lifecycle_resume(struct operation *operation, enum operation_state state);

void lifecycle_handle(struct operation *operation, enum operation_event event);

void lifecycle_settle(struct operations *operations);

/* Reads the new observations of the monitor; the callback of monitor_start. */
void lifecycle_on_news(void *operations);

#endif
