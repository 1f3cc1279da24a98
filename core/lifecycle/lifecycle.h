/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of an operation goes on: an event comes in, the table (table.h) gives the next state,
 * and what is to be done on entering that is done (actions.h). All of this is the main thread's.
 *
 * Whoever has handled events calls lifecycle_settle at the end: turns that have become free are
 * taken, and operations that are over are freed. Until then they stay.
 */
#ifndef CORE_LIFECYCLE_LIFECYCLE_H
#define CORE_LIFECYCLE_LIFECYCLE_H

#include "lifecycle/table.h"

struct operation;
struct operations;
struct terms;

/* A new operation at the device of TERMS, which nobody waits for yet. NULL when out of memory. */
struct operation *lifecycle_new_operation(struct operations *operations, struct terms *terms);

/* The life of OPERATION, which is in no list yet, begins: it is looked at. */
void lifecycle_begin(struct operation *operation);
/* Likewise with process OPERATION->attempt.pid, of a previous daemon, that is to be ended first. */
void lifecycle_begin_with_orphan(struct operation *operation);
/* Likewise, and lvm2 is asked how it stands, as it was before an upgrade. */
void lifecycle_begin_asking(struct operation *operation);
/* Likewise in STATE, as the program before an upgrade had left it. */
void lifecycle_resume(struct operation *operation, enum operation_state state);

void lifecycle_handle(struct operation *operation, enum operation_event event);

void lifecycle_settle(struct operations *operations);

/* The monitor has seen something; the callback of monitor_start. */
void lifecycle_on_news(void *operations);

#endif
