/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations as clients see them: requested, in progress, over. What happens in between is in
 * lifecycle.h. All of this is the main thread's.
 */
#ifndef LIFECYCLE_OPERATIONS_H
#define LIFECYCLE_OPERATIONS_H

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

/* What became of an init request. */
enum operations_answer {
	OPERATIONS_ACCEPTED,      /* set going now, or in progress already */
	OPERATIONS_DIFFERENT,     /* another operation is in progress for this volume */
	OPERATIONS_NO_MEMORY,     /* nothing could be started */
	OPERATIONS_NOT_EXECUTABLE /* nothing was, since lvm cannot be executed */
};

/*
 * A client has made a request with TERMS, one reference of which is taken in any case. Where it is
 * accepted, WAITER (NULL: nobody) is to hear how it ends.
 */
enum operations_answer operations_begin(
	struct operations *operations, struct terms *terms, struct waiter *waiter);

/* What progress_info is told. */
struct operations_report {
	bool is_found;
	enum request_standing standing;
	struct request_result result; /* where it is finished */
};

/*
 * Tells WAITER where the request stands. It is to hear how one in progress ends. An end with 0 is
 * told once to each who waits; any other again and again, as long as it is kept. Who may not
 * MAY_TAKE only looks: nothing is different for others afterwards.
 */
struct operations_report operations_collect(struct operations *operations, const char *identifier,
	bool is_abort, struct waiter *waiter, bool may_take);

/* WAITER goes: an end that was kept for it alone, and was told, is forgotten. */
void operations_forget_waiter(struct operations *operations, struct waiter *waiter);

/* Whatever pauses tries again now: something may be mended. */
void operations_hurry(struct operations *operations);

/* Ends every command with SIGTERM. What is in flight stays as it is, in kernel and metadata. */
void operations_stop(struct operations *operations);
bool operations_any_command(const struct operations *operations);

#endif
