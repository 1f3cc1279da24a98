/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drops results that are not collected: limits.results, limits.results_age. */
#include "config.h"

#include <time.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/result_expiry.h"
#include "log/log.h"

/* For this time a failure that was told once is told again to any client that asks. */
#define TOLD_AGAIN_S 3600

static void drop_locked(struct store *store, struct request *request, const char *why)
	REQUIRES(store_role)
{
	log_terms(LOG_LEVEL_INFO, request->terms, "its result is dropped: %s", why);
	store_remove_locked(store, request);
}

/* Seconds, rounded up, until the result of REQUEST is too old; never 0 for a result of just now. */
static time_t time_left_s(const struct request *request, unsigned age_s)
{
	struct timespec now;

	if (request->is_collected && age_s > TOLD_AGAIN_S)
		age_s = TOLD_AGAIN_S;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return request->told_at.tv_sec + (time_t)age_s - now.tv_sec +
	       (request->told_at.tv_nsec > now.tv_nsec);
}

/* A waiter waits for the result, or the operation is still in flight. */
static bool is_needed(const struct request *request)
{
	return request->operation || !TAILQ_EMPTY(&request->waits);
}

/* Returns the seconds until the next result of STORE is too old; -1 if it has none. */
static time_t expire_in_store(struct store *store, size_t number, unsigned age_s)
{
	struct request *request, *next;
	time_t least_s = -1;

	store_lock(store);
	for (request = TAILQ_FIRST(&store->told); request; request = next) {
		time_t left_s = time_left_s(request, age_s);

		next = TAILQ_NEXT(request, told_link);
		if (is_needed(request))
			continue;
		if (store->told_count > number)
			drop_locked(store, request, "limits.results is reached");
		else if (left_s <= 0)
			drop_locked(
				store, request, "nobody asked for it within limits.results_age");
		else if (least_s < 0 || left_s < least_s)
			least_s = left_s;
	}
	store_unlock(store);
	return least_s;
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	results_expire(context);
}

void results_expire(struct operations *operations)
{
	const struct configuration *configuration = operations->configuration;
	struct store *stores[] = {&operations->polling, &operations->aborts};
	struct timeval next = {.tv_sec = -1};

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		time_t left_s = expire_in_store(stores[i], configuration->limit_results,
			configuration->limit_results_age_s);

		if (left_s >= 0 && (next.tv_sec < 0 || left_s < next.tv_sec))
			next.tv_sec = left_s;
	}
	if (next.tv_sec < 0)
		return;
	if (!operations->results_timer)
		operations->results_timer =
			event_new(operations->base, -1, 0, on_timer, operations);
	if (operations->results_timer)
		event_add(operations->results_timer, &next);
}

void results_destroy(struct operations *operations)
{
	if (operations->results_timer)
		event_free(operations->results_timer);
}
