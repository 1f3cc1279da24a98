/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lvpoll that a previous daemon has left behind for a device: to poll it, or to abort. */
#ifndef CORE_LIFECYCLE_ORPHANED_H
#define CORE_LIFECYCLE_ORPHANED_H

#include <stdbool.h>

#include "operation/operation.h"

/*
 * Whether an lvpoll may run for the device of OPERATION that nobody looks after, since the record
 * of it, be it of the poll or of its abort, cannot be used.
 */
bool orphaned_may_run(const struct operation *operation);

/* Looks for it, if OPERATION was resumed without one and is about to make an attempt. */
void orphaned_look_for(struct operation *operation);

/*
 * Adopts process OPERATION->attempt.pid, after looking for it if that is 0. Returns true if that is
 * done: operation->attempt.command runs, or is NULL since there is no process. Returns false if the
 * process cannot be told or adopted yet: operation->attempt.is_orphan is true then, and
 * EVENT_ORPHAN_LEFT comes when it may be tried again, either when the search has ended or by the
 * timer of the state.
 */
bool orphaned_adopt(struct operation *operation);

#endif
