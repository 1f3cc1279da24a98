/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of a daemon as a whole. What becomes of one of them is in lifecycle.h. All of this
 * is the main thread's.
 */
#ifndef CORE_LIFECYCLE_OPERATIONS_H
#define CORE_LIFECYCLE_OPERATIONS_H

#include <stdbool.h>

#include "lifecycle/context.h"
#include "util/error.h"

/*
 * Makes OPERATIONS empty: without plugins and monitor, which the caller sets later. CHANGED is
 * called with CONTEXT in the main thread. Returns 0 or -ENOMEM with the error; operations_destroy
 * is right in both cases.
 */
int operations_init(struct operations *operations, struct event_base *base,
	const struct configuration *configuration, void (*changed)(void *context), void *context,
	struct lvmpolld_error *error);
/* Frees all that is in it; commands that have not ended run on. */
void operations_destroy(struct operations *operations);

/*
 * An attempt of OPERATION is made now if it pauses for something that may be mended; what failed
 * before counts no more. lifecycle_settle is to be called then.
 */
void operations_retry(struct operation *operation);
/* Every operation that pauses tries again now: an administrator may have mended the cause. */
void operations_retry_all(struct operations *operations);

/* Ends every command with SIGTERM. What is in flight stays as it is, in kernel and metadata. */
void operations_stop(struct operations *operations);
bool operations_any_command(const struct operations *operations);

#endif
