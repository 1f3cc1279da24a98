/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of a daemon as a whole. What becomes of one of them is in lifecycle.h.
 */
#ifndef CORE_LIFECYCLE_OPERATIONS_H
#define CORE_LIFECYCLE_OPERATIONS_H

#include <stdbool.h>

#include "lifecycle/context.h"
#include "util/error.h"

/*
 * Makes OPERATIONS empty. The caller sets plugins and monitor later. CHANGED is called with
 * CONTEXT. Returns 0, or -ENOMEM with the error; operations_destroy must be called in both cases.
 */
int operations_init(struct operations *operations, struct event_base *base,
	const struct configuration *configuration, void (*changed)(void *context), void *context,
	struct lvmpolld_error *error);
/* Frees everything in it. Commands that have not ended run on. */
void operations_destroy(struct operations *operations);

/*
 * Ends a pause of OPERATION, unless it waits for a time or a process that a new attempt cannot
 * change. Failures so far no longer count. The caller calls lifecycle_settle afterwards.
 */
void operations_retry(struct operation *operation);
/*
 * Calls operations_retry for every operation that pauses: an administrator may have mended the
 * cause.
 */
void operations_retry_all(struct operations *operations);

/* Ends every command with SIGTERM. Operations in flight stay as they are in kernel and metadata. */
void operations_stop(struct operations *operations);
bool operations_any_command(const struct operations *operations);

#endif
