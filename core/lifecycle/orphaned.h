/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lvpoll that a previous daemon has left behind for an operation. */
#ifndef CORE_LIFECYCLE_ORPHANED_H
#define CORE_LIFECYCLE_ORPHANED_H

#include <stdbool.h>

#include "operation/operation.h"

/*
 * Adopts process OPERATION->attempt.pid, after looking for it if that is 0. Returns true if that is
 * done: operation->attempt.command runs, or is NULL since there is no process. Returns false if the
 * process cannot be told or adopted yet: operation->attempt.is_orphan is true then, and
 * EVENT_ORPHAN_LEFT comes when it may be tried again, either when the search has ended or by the
 * timer of the state.
 */
bool orphaned_adopt(struct operation *operation);

#endif
