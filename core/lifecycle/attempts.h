/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attempts: one run of lvpoll for an operation. Events of its life come of what it says and does.
 */
#ifndef CORE_LIFECYCLE_ATTEMPTS_H
#define CORE_LIFECYCLE_ATTEMPTS_H

#include "operation/operation.h"
#include "util/error.h"

/*
 * Runs lvpoll for operation->attempt.purpose, under the present names, and records it. Returns 0,
 * or a negative errno with the error: -ENOEXEC where lvm cannot be executed, -EBUSY where another
 * command still runs for the device.
 */
int attempts_start(struct operation *operation, struct lvmpolld_error *error);

/*
 * Adopts process operation->attempt.pid of a previous daemon, or, with OUTPUTS, of the program
 * before an upgrade. Returns 0 or a negative errno with the error: -ESRCH where it is gone.
 */
int attempts_adopt(struct operation *operation, const int outputs[2], struct lvmpolld_error *error);

/* Whether lvpoll, run for another operation of the device, is still there. */
bool attempts_is_device_busy(const struct operation *operation);

#endif
