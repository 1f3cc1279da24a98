/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A store of requests, keyed by identifier. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <libdevmapper.h>

#include "operation/operation.h"
#include "operation/store.h"

/* libdevmapper's tables do not grow: enough for thousands of requests at 8 bytes each. */
#define STORE_SIZE_HINT 2048

int store_init(struct store *store, const char *name)
{
	int result;

	memset(store, 0, sizeof(*store));
	result = lock_init(&store->lock, LOCK_RANK_STORE);
	if (result < 0)
		return result;
	store->name = name;
	store_lock(store);
	TAILQ_INIT(&store->requests);
	TAILQ_INIT(&store->told);
	store->by_identifier = dm_hash_create(STORE_SIZE_HINT);
	result = store->by_identifier ? 0 : -ENOMEM;
	store_unlock(store);
	if (result < 0)
		lock_destroy(&store->lock);
	return result;
}

void store_destroy(struct store *store)
{
	struct request *request;

	store_lock(store);
	while ((request = TAILQ_FIRST(&store->requests)))
		store_remove_locked(store, request);
	dm_hash_destroy(store->by_identifier);
	store_unlock(store);
	lock_destroy(&store->lock);
}

NO_LOCK_ANALYSIS void store_lock(struct store *store)
{
	lock_take(&store->lock);
}

NO_LOCK_ANALYSIS void store_unlock(struct store *store)
{
	lock_release(&store->lock);
}

struct request *store_find_locked(struct store *store, const char *identifier)
{
	return dm_hash_lookup(store->by_identifier, identifier);
}

int store_add_locked(struct store *store, struct request *request)
{
	if (!dm_hash_insert(store->by_identifier, request->terms->identifier, request))
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&store->requests, request, link);
	return 0;
}

void store_remove_locked(struct store *store, struct request *request)
{
	waiters_clear(request);
	operation_leave(request);
	dm_hash_remove(store->by_identifier, request->terms->identifier);
	TAILQ_REMOVE(&store->requests, request, link);
	if (request->is_told_kept) {
		TAILQ_REMOVE(&store->told, request, told_link);
		store->told_count--;
	}
	request_free(request);
}

void store_add_told_locked(struct store *store, struct request *request)
{
	clock_gettime(CLOCK_BOOTTIME, &request->told_at);
	request->is_told_kept = true;
	TAILQ_INSERT_TAIL(&store->told, request, told_link);
	store->told_count++;
}

void store_restore_told_locked(struct store *store, struct request *request, time_t told_at_s)
{
	struct request *later;

	TAILQ_FOREACH (later, &store->told, told_link)
		if (later->told_at.tv_sec > told_at_s)
			break;
	request->told_at = (struct timespec){.tv_sec = told_at_s};
	request->is_told_kept = true;
	if (later)
		TAILQ_INSERT_BEFORE(later, request, told_link);
	else
		TAILQ_INSERT_TAIL(&store->told, request, told_link);
	store->told_count++;
}
