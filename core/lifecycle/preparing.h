/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an attempt runs: its argument list, and whether it may be run. */
#ifndef CORE_LIFECYCLE_PREPARING_H
#define CORE_LIFECYCLE_PREPARING_H

#include "operation/operation.h"
#include "util/error.h"

/*
 * Fills ARGUMENTS, the lvm command first, for the purpose, the names and the phase of OPERATION's
 * attempt, and notes which command that is. Returns 0 or a negative errno with the error: -EAGAIN
 * where it is not lvpoll, and the kernel does not show that a step is due. The caller clears
 * ARGUMENTS in both cases.
 */
int preparing_build(struct operation *operation, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error);

#endif
