/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is to hear how an operation ends: the connections that have asked for it or after it. lvm2
 * keeps one connection for all requests of a command, so a connection stands for a command. A
 * result is handed out once to each of them. All of this is the main thread's.
 */
#ifndef CORE_WAITERS_H
#define CORE_WAITERS_H

#include <stdbool.h>
#include <sys/queue.h>

struct volume;
struct wait;

TAILQ_HEAD(wait_list, wait);

/* Somebody who may wait for any number of operations; part of a client. */
struct waiter {
	struct wait_list waits;
	bool is_overlooked; /* it waits for one more, or did, and is not remembered for that */
};

/* One waits for one. */
struct wait {
	struct waiter *waiter;
	struct volume *volume;
	TAILQ_ENTRY(wait) waiter_link; /* in waiter->waits */
	TAILQ_ENTRY(wait) volume_link; /* in volume->waits */
};

/*
 * So many are remembered for each operation, so that memory is bounded; for whoever comes after
 * them the result is there as long as it is for others.
 */
#define WAITERS_MAX 16

void waiter_init(struct waiter *waiter);

/*
 * WAITER is to hear how VOLUME's operation ends. Without memory for that it takes its chance. NULL
 * is nobody, here and below.
 */
void waiters_add(struct volume *volume, struct waiter *waiter);

/* WAITER waits no longer. Returns false where it did not. */
bool waiters_remove(struct volume *volume, struct waiter *waiter);

/* VOLUME goes: nobody waits for it. */
void waiters_clear(struct volume *volume);

/* Takes out the first of the volumes that WAITER waits for; NULL where there is none. */
struct volume *waiter_take_volume(struct waiter *waiter);

#endif
