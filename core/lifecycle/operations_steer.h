/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Aborts and resumes what is in flight, for whoever names it by its number: whatever else lvm is
 * told is what clients with privilege have asked for.
 */
#ifndef CORE_LIFECYCLE_OPERATIONS_STEER_H
#define CORE_LIFECYCLE_OPERATIONS_STEER_H

#include <stdint.h>

#include "util/error.h"

struct operation;

/*
 * Aborts OPERATION as a client's request would that has the terms of the latest request for it; an
 * abort that is under way is joined. *NUMBER becomes that of the abort, 0 where that is over
 * already. Returns 0 or a negative errno with the error. OPERATION may be freed afterwards.
 */
int operations_abort(struct operation *operation, uint64_t *number, struct lvmpolld_error *error);

/*
 * Makes an attempt at once, as a client's request for OPERATION would. Returns 0 or a negative
 * errno with the error, also where going on would lose data. OPERATION may be freed afterwards.
 */
int operations_resume(struct operation *operation, struct lvmpolld_error *error);

#endif
