/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks with a fixed order, which a debug build checks in each thread. */
#include "config.h"

#include "util/lock.h"

#ifdef LOCK_DEBUG
#include <stdio.h>
#include <stdlib.h>
#endif

struct lock_role store_role = {LOCK_RANK_STORE};
struct lock_role request_role = {LOCK_RANK_REQUEST};
struct lock_role devices_role = {LOCK_RANK_DEVICES};
struct lock_role device_role = {LOCK_RANK_DEVICE};

#ifdef LOCK_DEBUG

/* The lock of each rank that this thread holds, or NULL. */
static _Thread_local const struct lock *held[LOCK_RANKS];

static const char *rank_name(enum lock_rank rank)
{
	static const char *const names[] = {"store", "request", "table of devices", "device"};

	return names[rank];
}

/* A wrong order can be a deadlock: the process ends here, where it is seen. */
static void stop(const struct lock *lock, const char *what)
{
	fprintf(stderr, "lvmpolld: lock %p of a %s %s\n", (const void *)lock, rank_name(lock->rank),
		what);
	abort();
}

static void check_before_take(const struct lock *lock)
{
	if (held[lock->rank] == lock)
		stop(lock, "is taken by the thread that holds it already");
	if (held[lock->rank])
		stop(lock, "is taken while the thread holds another one of its rank");
	for (int rank = lock->rank + 1; rank < LOCK_RANKS; rank++)
		if (held[rank])
			stop(lock, "is taken after one that comes later in the order");
}

static void check_before_release(const struct lock *lock)
{
	if (held[lock->rank] != lock)
		stop(lock, "is released by a thread that does not hold it");
}

static void check_before_destroy(const struct lock *lock)
{
	if (held[lock->rank] == lock)
		stop(lock, "is destroyed while it is held");
}

static void record(enum lock_rank rank, const struct lock *lock)
{
	held[rank] = lock;
}

#else

static void check_before_take(const struct lock *lock)
{
	(void)lock;
}

static void check_before_release(const struct lock *lock)
{
	(void)lock;
}

static void check_before_destroy(const struct lock *lock)
{
	(void)lock;
}

static void record(enum lock_rank rank, const struct lock *lock)
{
	(void)rank;
	(void)lock;
}

#endif

int lock_init(struct lock *lock, enum lock_rank rank)
{
	lock->rank = rank;
	return -pthread_mutex_init(&lock->mutex, NULL);
}

void lock_destroy(struct lock *lock)
{
	check_before_destroy(lock);
	pthread_mutex_destroy(&lock->mutex);
}

void lock_take(struct lock *lock)
{
	check_before_take(lock);
	pthread_mutex_lock(&lock->mutex);
	record(lock->rank, lock);
}

void lock_release(struct lock *lock)
{
	check_before_release(lock);
	record(lock->rank, NULL);
	pthread_mutex_unlock(&lock->mutex);
}
