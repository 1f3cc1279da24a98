/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store of volumes, keyed by identifier. There are two: one for operations that are polled, one
 * for aborts, since an abort runs beside the operation that it aborts.
 */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "util/lock.h"
#include "operation/volume.h"

TAILQ_HEAD(volume_list, volume);

struct dm_hash_table;

struct store {
	const char *name; /* its block in the dump */
	struct lock lock;
	struct dm_hash_table *by_identifier GUARDED_BY(store_role);
	struct volume_list volumes GUARDED_BY(store_role); /* oldest request first */
	struct volume_list finished GUARDED_BY(
		store_role); /* have a result that is kept for clients */
	size_t finished_count GUARDED_BY(store_role);
	struct volume_list watched GUARDED_BY(store_role); /* those that the monitor looks at */
	size_t watched_count GUARDED_BY(store_role);
	struct volume_list news GUARDED_BY(store_role); /* those that it saw something of */
};

/* Returns 0 or -ENOMEM. NAME is kept. */
int store_init(struct store *store, const char *name);
/* Frees the volumes too. */
void store_destroy(struct store *store);

void store_lock(struct store *store) ACQUIRE(store_role) EXCLUDES(volume_role);
void store_unlock(struct store *store) RELEASE(store_role);

/* The volume under IDENTIFIER or NULL. It stays valid while the lock is held. */
struct volume *store_find_locked(struct store *store, const char *identifier) REQUIRES(store_role);

/* Adds VOLUME, whose identifier must not be in the store. Returns 0 or -ENOMEM. */
int store_add_locked(struct store *store, struct volume *volume) REQUIRES(store_role);

/* Takes VOLUME out. It is freed at once, or by store_end_look_locked where somebody looks at it. */
void store_remove_locked(struct store *store, struct volume *volume) REQUIRES(store_role)
	EXCLUDES(volume_role);

/* Lets the monitor look at VOLUME, beginning now; or no more. */
void store_watch_locked(struct store *store, struct volume *volume) REQUIRES(store_role);
void store_unwatch_locked(struct store *store, struct volume *volume) REQUIRES(store_role);

/* Between these two VOLUME stays allocated, whatever happens to it. */
void store_begin_look_locked(struct store *store, struct volume *volume) REQUIRES(store_role);
/* Returns false where VOLUME was removed meanwhile, and is freed now. */
bool store_end_look_locked(struct store *store, struct volume *volume) REQUIRES(store_role)
	EXCLUDES(volume_role);

/* Puts VOLUME into the list of news, and takes the first out; NULL when there is none. */
void store_add_news_locked(struct store *store, struct volume *volume) REQUIRES(store_role);
struct volume *store_take_news_locked(struct store *store) REQUIRES(store_role);

/* Remembers that VOLUME has a result that waits to be collected. */
void store_add_finished_locked(struct store *store, struct volume *volume) REQUIRES(store_role);
/* Likewise, of one that has waited since FINISHED_AT_S (CLOCK_BOOTTIME). */
void store_restore_finished_locked(struct store *store, struct volume *volume, time_t finished_at_s)
	REQUIRES(store_role);

#endif
