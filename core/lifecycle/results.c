/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results that nobody collects: kept up to limits.results and limits.results_age. */
#include "config.h"

#include <time.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "log/log.h"
#include "lifecycle/results.h"

static void drop_locked(struct store *store, struct volume *volume, const char *why)
	REQUIRES(store_role)
{
	struct log_subject subject = volume_subject(volume);

	log_write_subject(LOG_LEVEL_INFO, &subject, "its result is dropped: %s", why);
	store_remove_locked(store, volume);
}

/* Seconds, begun ones too, until VOLUME's result is too old: one of now is never that. */
static time_t time_left_s(const struct volume *volume, unsigned age_s)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return volume->finished_at.tv_sec + (time_t)age_s - now.tv_sec +
	       (volume->finished_at.tv_nsec > now.tv_nsec);
}

/* Returns the seconds until the next result of STORE is too old; -1 where there is none. */
static time_t limit_store(struct store *store, size_t number, unsigned age_s)
{
	struct volume *volume;
	time_t left_s = -1;

	store_lock(store);
	while ((volume = TAILQ_FIRST(&store->finished))) {
		if (store->finished_count > number) {
			drop_locked(store, volume, "limits.results is reached");
			continue;
		}
		left_s = time_left_s(volume, age_s);
		if (left_s > 0)
			break;
		drop_locked(store, volume, "nobody asked for it within limits.results_age");
		left_s = -1;
	}
	store_unlock(store);
	return left_s;
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	results_limit(context);
}

void results_limit(struct operations *operations)
{
	const struct configuration *configuration = operations->configuration;
	struct store *stores[] = {&operations->polling, &operations->aborts};
	struct timeval next = {.tv_sec = -1};

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		time_t left_s = limit_store(stores[i], configuration->limit_results,
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
