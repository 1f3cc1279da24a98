/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is to hear how an operation ends: the connections that have asked for it or after it. lvm2
 * keeps one connection for all requests of a command, so a connection stands for a command. A
 * result is handed out once to each of them, however many they are (limits.clients). All of this is
 * the main thread's.
 */
#ifndef CORE_WAITERS_H
#define CORE_WAITERS_H

#include <stdbool.h>
#include <sys/queue.h>

struct request;
struct wait;

TAILQ_HEAD(wait_list, wait);

/* Somebody who may wait for any number of operations; part of a client. */
struct waiter {
	struct wait_list waits;
	bool is_overlooked; /* out of memory: it waits for one more, or did, and is not remembered
			       for that */
};

/* One waits for one. */
struct wait {
	struct waiter *waiter;
	struct request *request;
	TAILQ_ENTRY(wait) waiter_link;  /* in waiter->waits */
	TAILQ_ENTRY(wait) request_link; /* in request->waits */
};

void waiter_init(struct waiter *waiter);

/*
 * WAITER is to hear how REQUEST's operation ends. Without memory for that it takes its chance. NULL
 * is nobody, here and below.
 */
void waiters_add(struct request *request, struct waiter *waiter);

/* WAITER waits no longer. Returns false where it did not. */
bool waiters_remove(struct request *request, struct waiter *waiter);

/* Whoever waits for FORMER waits for REQUEST instead, for which nobody waits yet. */
void waiters_move(struct request *former, struct request *request);

/* REQUEST goes: nobody waits for it. */
void waiters_clear(struct request *request);

/* Takes out the first of the volumes that WAITER waits for; NULL where there is none. */
struct request *waiter_take_request(struct waiter *waiter);

#endif
