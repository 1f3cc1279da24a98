/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A store of volumes, keyed by identifier. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <libdevmapper.h>

#include "store.h"

/* libdevmapper's tables do not grow: enough for thousands of operations at 8 bytes each. */
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
	TAILQ_INIT(&store->volumes);
	TAILQ_INIT(&store->finished);
	store->by_identifier = dm_hash_create(STORE_SIZE_HINT);
	result = store->by_identifier ? 0 : -ENOMEM;
	store_unlock(store);
	if (result < 0)
		lock_destroy(&store->lock);
	return result;
}

void store_destroy(struct store *store)
{
	struct volume *volume;

	store_lock(store);
	while ((volume = TAILQ_FIRST(&store->volumes)))
		store_remove_locked(store, volume);
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

struct volume *store_find_locked(struct store *store, const char *identifier)
{
	return dm_hash_lookup(store->by_identifier, identifier);
}

int store_add_locked(struct store *store, struct volume *volume)
{
	if (!dm_hash_insert(store->by_identifier, volume->request->identifier, volume))
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&store->volumes, volume, link);
	return 0;
}

void store_remove_locked(struct store *store, struct volume *volume)
{
	/* Whoever found it in the store may still hold its lock; nobody can find it any more. */
	volume_lock(volume);
	volume_unlock(volume);
	dm_hash_remove(store->by_identifier, volume->request->identifier);
	TAILQ_REMOVE(&store->volumes, volume, link);
	if (volume->is_result_kept) {
		TAILQ_REMOVE(&store->finished, volume, finished_link);
		store->finished_count--;
	}
	volume_free(volume);
}

void store_add_finished_locked(struct store *store, struct volume *volume)
{
	clock_gettime(CLOCK_BOOTTIME, &volume->finished_at);
	volume->is_result_kept = true;
	TAILQ_INSERT_TAIL(&store->finished, volume, finished_link);
	store->finished_count++;
}
