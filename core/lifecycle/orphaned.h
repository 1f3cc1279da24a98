/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lvm command that a previous daemon has left behind for a device: to poll it, or to abort. */
#ifndef CORE_LIFECYCLE_ORPHANED_H
#define CORE_LIFECYCLE_ORPHANED_H

#include <stdbool.h>

#include "lvm/orphans.h"
#include "operation/operation.h"

/* Whether the lvpoll of RECORD runs, or may: then ORPHAN is set, with pid 0 where it is not known.
 */
bool orphaned_is_on_record(const struct record *record, struct orphan *orphan);

/*
 * Notes in OPERATION, which a client has asked for, the lvpoll of a previous daemon that runs for
 * its device, or may: since it was left when the operation was not resumed, or since the record of
 * it, be it of the poll or of its abort, cannot be used. Returns what is to be recorded of it.
 */
enum record_command orphaned_recall(struct operation *operation);
/* What was left is on OPERATION's own record, if that could be written. */
void orphaned_forget(const struct operation *operation);

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
