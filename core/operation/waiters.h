/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiters: the connections that wait for the end of an operation, since they asked for it or after
 * it. lvm2 keeps one connection for all requests of a command, so a connection stands for a
 * command. A success is told once to each of them, however many they are (limits.clients).
 */
#ifndef CORE_OPERATION_WAITERS_H
#define CORE_OPERATION_WAITERS_H

#include <stdbool.h>
#include <sys/queue.h>

struct request;
struct wait;

TAILQ_HEAD(wait_list, wait);

/* A waiter may wait for any number of requests. It is part of a client. */
struct waiter {
	struct wait_list waits;
	bool is_overlooked; /* out of memory: some request does not know it */
};

/* One waiter waits for one request. */
struct wait {
	struct waiter *waiter;
	struct request *request;
	TAILQ_ENTRY(wait) waiter_link;  /* in waiter->waits */
	TAILQ_ENTRY(wait) request_link; /* in request->waits */
};

void waiter_init(struct waiter *waiter);

/*
 * WAITER waits for REQUEST. When out of memory it is marked as overlooked. WAITER may be NULL for
 * none, here and below.
 */
void waiters_add(struct request *request, struct waiter *waiter);

/* WAITER no longer waits for REQUEST. Returns false if it did not. */
bool waiters_remove(struct request *request, struct waiter *waiter);

/* Moves the waiters of FORMER to REQUEST, which has none yet. */
void waiters_move(struct request *former, struct request *request);

/* Removes all waiters of REQUEST. */
void waiters_clear(struct request *request);

/*
 * Takes WAITER from the first request that it waits for, and returns that; NULL if there is none.
 */
struct request *waiter_take_request(struct waiter *waiter);

#endif
