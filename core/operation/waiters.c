/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiters: the connections that wait for the end of an operation. */
#include "config.h"

#include <stdlib.h>

#include "operation/request.h"
#include "operation/waiters.h"

void waiter_init(struct waiter *waiter)
{
	TAILQ_INIT(&waiter->waits);
	waiter->is_overlooked = false;
}

/*
 * Walks along both lists at once: either the request has few waiters, or the waiter few requests.
 */
static struct wait *find_wait(const struct request *request, const struct waiter *waiter)
{
	struct wait *of_request = TAILQ_FIRST(&request->waits);
	struct wait *of_waiter = waiter ? TAILQ_FIRST(&waiter->waits) : NULL;

	while (of_request && of_waiter) {
		if (of_request->waiter == waiter)
			return of_request;
		if (of_waiter->request == request)
			return of_waiter;
		of_request = TAILQ_NEXT(of_request, request_link);
		of_waiter = TAILQ_NEXT(of_waiter, waiter_link);
	}
	return NULL;
}

static void free_wait(struct wait *wait)
{
	TAILQ_REMOVE(&wait->request->waits, wait, request_link);
	TAILQ_REMOVE(&wait->waiter->waits, wait, waiter_link);
	free(wait);
}

void waiters_add(struct request *request, struct waiter *waiter)
{
	struct wait *wait;

	if (!waiter || find_wait(request, waiter))
		return;
	wait = calloc(1, sizeof(*wait));
	if (!wait) {
		waiter->is_overlooked = true;
		return;
	}
	wait->waiter = waiter;
	wait->request = request;
	TAILQ_INSERT_TAIL(&request->waits, wait, request_link);
	TAILQ_INSERT_TAIL(&waiter->waits, wait, waiter_link);
}

bool waiters_remove(struct request *request, struct waiter *waiter)
{
	struct wait *wait = find_wait(request, waiter);

	if (wait)
		free_wait(wait);
	return wait;
}

void waiters_move(struct request *former, struct request *request)
{
	struct wait *wait;

	TAILQ_FOREACH (wait, &former->waits, request_link)
		wait->request = request;
	TAILQ_CONCAT(&request->waits, &former->waits, request_link);
}

void waiters_clear(struct request *request)
{
	struct wait *wait;

	while ((wait = TAILQ_FIRST(&request->waits)))
		free_wait(wait);
}

struct request *waiter_take_request(struct waiter *waiter)
{
	struct wait *wait = TAILQ_FIRST(&waiter->waits);
	struct request *request = wait ? wait->request : NULL;

	if (wait)
		free_wait(wait);
	return request;
}
