/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attempts: each is one run of an lvm command for an operation. What it prints and how it ends
 * become events of the operation's life.
 */
#ifndef CORE_LIFECYCLE_ATTEMPTS_H
#define CORE_LIFECYCLE_ATTEMPTS_H

#include "operation/operation.h"
#include "util/error.h"

/*
 * Starts the command for operation->attempt.purpose, lvpoll or another that the plugin has, under
 * the volume's present names, and records it. Returns 0, or a negative errno with the error:
 * -ENOEXEC if lvm cannot be executed, -EBUSY if another command still runs for the device.
 */
int attempts_start(struct operation *operation, struct lvmpolld_error *error);

/*
 * Adopts process operation->attempt.pid of a previous daemon or, with OUTPUTS, of the program
 * before an upgrade. Returns 0, or a negative errno with the error: -ESRCH if the process is gone.
 */
int attempts_adopt(struct operation *operation, const int outputs[2], struct lvmpolld_error *error);

/*
 * The lvpoll of OPERATION, which has begun to run, gets EVENT_TIMER if it is for a step and does
 * not end in time.
 */
void attempts_limit_step(struct operation *operation);
/* It has done what it could, and gets EVENT_TIMER if it does not end by itself now. */
void attempts_expect_end(struct operation *operation);

/* Whether a command of the device's other operation still runs. */
bool attempts_is_device_busy(const struct operation *operation);

#endif
