/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A store of volumes, keyed by identifier. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <libdevmapper.h>

#include "operation/store.h"

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
	TAILQ_INIT(&store->watched);
	TAILQ_INIT(&store->news);
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

static void forget_news(struct store *store, struct volume *volume) REQUIRES(store_role)
{
	if (volume->watch.has_news)
		TAILQ_REMOVE(&store->news, volume, news_link);
	volume->watch.has_news = false;
}

static void free_volume(struct volume *volume)
{
	/* Whoever looked at it may still hold its lock; nobody can find it any more. */
	volume_lock(volume);
	volume_unlock(volume);
	volume_free(volume);
}

void store_remove_locked(struct store *store, struct volume *volume)
{
	waiters_clear(volume);
	store_unwatch_locked(store, volume);
	forget_news(store, volume);
	dm_hash_remove(store->by_identifier, volume->request->identifier);
	TAILQ_REMOVE(&store->volumes, volume, link);
	if (volume->is_result_kept) {
		TAILQ_REMOVE(&store->finished, volume, finished_link);
		store->finished_count--;
	}
	if (volume->watch.looks > 0)
		volume->watch.is_removed = true;
	else
		free_volume(volume);
}

void store_watch_locked(struct store *store, struct volume *volume)
{
	if (!volume->watch.is_watched) {
		TAILQ_INSERT_TAIL(&store->watched, volume, watched_link);
		store->watched_count++;
	}
	/* What was seen before is old by now, and what is there to be seen will be told anew. */
	forget_news(store, volume);
	volume->watch.is_watched = true;
	volume->watch.is_begun = true;
	volume->watch.is_look_wanted = true;
	volume->watch.epoch++;
}

void store_unwatch_locked(struct store *store, struct volume *volume)
{
	if (volume->watch.is_watched) {
		TAILQ_REMOVE(&store->watched, volume, watched_link);
		store->watched_count--;
	}
	volume->watch.is_watched = false;
}

void store_begin_look_locked(struct store *store, struct volume *volume)
{
	(void)store;
	volume->watch.looks++;
}

bool store_end_look_locked(struct store *store, struct volume *volume)
{
	(void)store;
	volume->watch.looks--;
	if (!volume->watch.is_removed)
		return true;
	if (volume->watch.looks == 0)
		free_volume(volume);
	return false;
}

void store_add_news_locked(struct store *store, struct volume *volume)
{
	if (!volume->watch.has_news)
		TAILQ_INSERT_TAIL(&store->news, volume, news_link);
	volume->watch.has_news = true;
}

struct volume *store_take_news_locked(struct store *store)
{
	struct volume *volume = TAILQ_FIRST(&store->news);

	if (volume)
		forget_news(store, volume);
	return volume;
}

void store_add_finished_locked(struct store *store, struct volume *volume)
{
	clock_gettime(CLOCK_BOOTTIME, &volume->finished_at);
	volume->is_result_kept = true;
	TAILQ_INSERT_TAIL(&store->finished, volume, finished_link);
	store->finished_count++;
}

void store_restore_finished_locked(struct store *store, struct volume *volume, time_t finished_at_s)
{
	struct volume *later;

	TAILQ_FOREACH (later, &store->finished, finished_link)
		if (later->finished_at.tv_sec > finished_at_s)
			break;
	volume->finished_at = (struct timespec){.tv_sec = finished_at_s};
	volume->is_result_kept = true;
	if (later)
		TAILQ_INSERT_BEFORE(later, volume, finished_link);
	else
		TAILQ_INSERT_TAIL(&store->finished, volume, finished_link);
	store->finished_count++;
}
