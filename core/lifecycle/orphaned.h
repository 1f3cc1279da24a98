/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lvpoll that a previous daemon has left behind for an operation. */
#ifndef CORE_LIFECYCLE_ORPHANED_H
#define CORE_LIFECYCLE_ORPHANED_H

#include <stdbool.h>

#include "operation/operation.h"

/*
 * Adopts process OPERATION->attempt.pid, or finds it first where that is 0. Returns true where that
 * is settled: operation->attempt.command runs, or is NULL since there is none. Returns false where
 * it cannot be told, or it cannot be adopted yet: then operation->attempt.is_orphan holds, and
 * EVENT_ORPHAN_LEFT comes when it may be tried again, at once where it was looked for, or by the
 * timer of the state.
 */
bool orphaned_adopt(struct operation *operation);

#endif
