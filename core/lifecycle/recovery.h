/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resumes the operations that a previous daemon had in flight. */
#ifndef CORE_LIFECYCLE_RECOVERY_H
#define CORE_LIFECYCLE_RECOVERY_H

#include <stdbool.h>

#include "util/error.h"

struct configuration;
struct operations;

/*
 * Opens the state directory and locks it. If it cannot be opened, the log says so, and the daemon
 * works without it. Returns a negative errno with the error if another daemon has it (-EBUSY), or
 * when out of memory or descriptors.
 */
int recovery_open(struct operations *operations, struct lvmpolld_error *error);

/*
 * Adopts DESCRIPTOR of the locked state directory from the program before an upgrade. If DESCRIPTOR
 * is -1, the state directory is opened if possible.
 */
void recovery_adopt(struct operations *operations, int descriptor);

/* Whether there is a record of an operation in flight that is to be resumed. */
bool recovery_is_needed(const struct configuration *configuration);

/*
 * Resumes every operation that is recorded. An orphan, which is an lvpoll of the previous daemon,
 * is ended first. If the plugin of an operation is not loaded, its record is set aside, and read
 * again at the next start. If nothing is to be resumed (daemon.resume), the log names the
 * operations, and their records are removed.
 *
 * Returns a negative errno with the error when out of memory or descriptors. The daemon must not
 * serve then: it would tell clients of operations that it does not know that nothing is in
 * progress, which lvm2 takes for success.
 */
int recovery_run(struct operations *operations, struct lvmpolld_error *error);
/* Likewise, but only for the records that were set aside. */
void recovery_run_postponed(struct operations *operations);

/*
 * Leaves no record to be resumed when the daemon was told to end, if only a crash is to be resumed
 * from (daemon.resume).
 */
void recovery_leave_none(struct operations *operations);

#endif
