/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both copies of the data are compared, in a process, before a step lets go of one of them. */
#ifndef CORE_LIFECYCLE_VERIFYING_H
#define CORE_LIFECYCLE_VERIFYING_H

#include "lifecycle/table.h"
#include "operation/operation.h"

/* Begins with what the latest look at OPERATION's device has shown. Returns the next event, if any.
 */
enum operation_event verifying_begin(struct operation *operation);

/* OPERATION does not wait for it any more. Without effect where it does not. */
void verifying_end(struct operation *operation);

#endif
