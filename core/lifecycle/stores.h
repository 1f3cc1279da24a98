/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests in their stores: found, added, dropped. */
#ifndef CORE_LIFECYCLE_STORES_H
#define CORE_LIFECYCLE_STORES_H

#include "lifecycle/context.h"

struct waiter;

/* What a request finds under its identifier. */
enum existing { EXISTING_NONE, EXISTING_SAME, EXISTING_DIFFERENT };

/*
 * Looks for a request in progress with the identifier of TERMS. If the plugin is the same, the
 * request is counted once more, WAITER waits for it, and OPERATION is set to its operation.
 */
enum existing stores_find_existing(struct operations *operations, const struct terms *terms,
	struct waiter *waiter, struct operation **operation);

/* The request with the identifier of TERMS, also one that is over; or NULL. */
struct request *stores_find(struct operations *operations, const struct terms *terms);

/*
 * Puts a new request with TERMS into its store; WAITER waits for it. A former request, whose end
 * was told, is dropped, and its waiters wait for the new one. Returns NULL when out of memory; the
 * terms are released then.
 */
struct request *stores_add(
	struct operations *operations, struct terms *terms, struct waiter *waiter);

/*
 * Drops REQUEST, since WAITER is answered that it is refused. If others wait for it, it stays, and
 * they hear that it failed.
 */
void stores_drop_refused(
	struct operations *operations, struct request *request, struct waiter *waiter);

#endif
