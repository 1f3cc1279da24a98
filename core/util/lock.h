/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Locks with a fixed order: a store's lock first, a request's lock second, then that of the table
 * of devices and a device's; and at most one of each in a thread. clang's thread-safety analysis
 * checks it when compiling (each lock has one of four roles), and a debug build checks it at run
 * time, for each thread.
 */
#ifndef CORE_UTIL_LOCK_H
#define CORE_UTIL_LOCK_H

#include <pthread.h>

#if defined(__clang__)
#define LOCK_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define LOCK_ATTRIBUTE(attribute)
#endif

#define LOCK_ROLE            LOCK_ATTRIBUTE(capability("lock"))
#define GUARDED_BY(role)     LOCK_ATTRIBUTE(guarded_by(role))
#define ACQUIRED_AFTER(role) LOCK_ATTRIBUTE(acquired_after(role))
#define ACQUIRE(role)        LOCK_ATTRIBUTE(acquire_capability(role))
#define RELEASE(role)        LOCK_ATTRIBUTE(release_capability(role))
#define REQUIRES(role)       LOCK_ATTRIBUTE(requires_capability(role))
#define EXCLUDES(...)        LOCK_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define NO_LOCK_ANALYSIS     LOCK_ATTRIBUTE(no_thread_safety_analysis)

/* What a lock protects; the order of the values is the order in which locks are taken. */
enum lock_rank { LOCK_RANK_STORE, LOCK_RANK_REQUEST, LOCK_RANK_DEVICES, LOCK_RANK_DEVICE };
#define LOCK_RANKS 4

struct LOCK_ROLE lock_role {
	enum lock_rank rank;
};
extern struct lock_role store_role;
extern struct lock_role request_role ACQUIRED_AFTER(store_role);
extern struct lock_role devices_role ACQUIRED_AFTER(request_role);
extern struct lock_role device_role ACQUIRED_AFTER(devices_role);

struct lock {
	pthread_mutex_t mutex;
	enum lock_rank rank;
};

/* Returns 0 or a negative errno. */
int lock_init(struct lock *lock, enum lock_rank rank);
void lock_destroy(struct lock *lock);

/* Used only by those whose own functions carry the annotations: stores, requests, devices. */
void lock_take(struct lock *lock);
void lock_release(struct lock *lock);

#endif
