/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store of requests, keyed by identifier. There are two: one for operations that are polled, one
 * for aborts, since an abort runs beside the operation that it aborts.
 */
#ifndef CORE_OPERATION_STORE_H
#define CORE_OPERATION_STORE_H

#include <stddef.h>

#include "operation/request.h"
#include "util/lock.h"

struct dm_hash_table;

struct store {
	const char *name; /* the name of its block in the dump */
	struct lock lock;
	struct dm_hash_table *by_identifier GUARDED_BY(store_role);
	struct request_list requests GUARDED_BY(store_role); /* the oldest first */
	struct request_list told GUARDED_BY(store_role);     /* told their end, the oldest first */
	size_t told_count GUARDED_BY(store_role);
};

/* Returns 0 or -ENOMEM. NAME is kept. */
int store_init(struct store *store, const char *name);
/* Frees the requests as well. */
void store_destroy(struct store *store);

void store_lock(struct store *store) ACQUIRE(store_role) EXCLUDES(request_role);
void store_unlock(struct store *store) RELEASE(store_role);

/* The request under IDENTIFIER or NULL. It stays valid while the lock is held. */
struct request *store_find_locked(struct store *store, const char *identifier) REQUIRES(store_role);

/* Adds REQUEST, whose identifier must not be in the store. Returns 0 or -ENOMEM. */
int store_add_locked(struct store *store, struct request *request) REQUIRES(store_role);

/* Takes REQUEST out and frees it. It must have no waiters. */
void store_remove_locked(struct store *store, struct request *request) REQUIRES(store_role)
	EXCLUDES(request_role);

/* Puts REQUEST into the list "told", with the time of now, or TOLD_AT_S (CLOCK_BOOTTIME). */
void store_add_told_locked(struct store *store, struct request *request) REQUIRES(store_role);
void store_restore_told_locked(struct store *store, struct request *request, time_t told_at_s)
	REQUIRES(store_role);

#endif
