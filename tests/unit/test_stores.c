/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stores and their volumes, in one thread and in two: one that adds, watches and removes as the
 * main thread does, and one that looks as the monitor thread does. ThreadSanitizer sees what is
 * shared.
 */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "operation/store.h"
#include "suite.h"
#include "volume_fixture.h"

#define TURNS   4000
#define VOLUMES 16

static struct store store;

static void create_store(void)
{
	ck_assert_int_eq(store_init(&store, "poll"), 0);
}

static void destroy_store(void)
{
	store_destroy(&store);
}

static struct volume *add(unsigned number)
{
	struct volume *volume = fixture_volume(1, number);

	store_lock(&store);
	ck_assert_int_eq(store_add_locked(&store, volume), 0);
	store_unlock(&store);
	return volume;
}

static struct volume *find(const char *identifier)
{
	struct volume *volume;

	store_lock(&store);
	volume = store_find_locked(&store, identifier);
	store_unlock(&store);
	return volume;
}

static void remove_volume(struct volume *volume)
{
	store_lock(&store);
	store_remove_locked(&store, volume);
	store_unlock(&store);
}

static struct volume *take_news(void)
{
	struct volume *volume;

	store_lock(&store);
	volume = store_take_news_locked(&store);
	store_unlock(&store);
	return volume;
}

START_TEST(store_finds_by_identifier)
{
	struct volume *first = add(1), *second = add(2);
	char *identifier = strdup(first->request->identifier);

	ck_assert_ptr_eq(find(identifier), first);
	ck_assert_ptr_eq(find(second->request->identifier), second);
	ck_assert_ptr_null(find("nothing"));
	remove_volume(first);
	ck_assert_ptr_null(find(identifier));
	ck_assert_ptr_eq(find(second->request->identifier), second);
	free(identifier);
}
END_TEST

START_TEST(stores_know_nothing_of_each_other)
{
	struct volume *polled = add(1), *aborted = fixture_volume(1, 1);
	struct store aborts;

	ck_assert_int_eq(store_init(&aborts, "abort"), 0);
	store_lock(&aborts);
	ck_assert_ptr_null(store_find_locked(&aborts, polled->request->identifier));
	ck_assert_int_eq(store_add_locked(&aborts, aborted), 0);
	ck_assert_ptr_eq(store_find_locked(&aborts, polled->request->identifier), aborted);
	store_unlock(&aborts);
	ck_assert_ptr_eq(find(polled->request->identifier), polled);
	store_destroy(&aborts);
}
END_TEST

START_TEST(store_lists_news_once_and_in_order)
{
	struct volume *first = add(1), *second = add(2), *third = add(3);

	store_lock(&store);
	store_add_news_locked(&store, second);
	store_add_news_locked(&store, first);
	store_add_news_locked(&store, second);
	store_add_news_locked(&store, third);
	store_unlock(&store);
	remove_volume(first);
	ck_assert_ptr_eq(take_news(), second);
	ck_assert_ptr_eq(take_news(), third);
	ck_assert_ptr_null(take_news());
}
END_TEST

START_TEST(store_watches_and_unwatches)
{
	struct volume *volume = add(1);
	unsigned epoch;

	store_lock(&store);
	store_unwatch_locked(&store, volume);
	ck_assert(TAILQ_EMPTY(&store.watched));
	store_watch_locked(&store, volume);
	epoch = volume->watch.epoch;
	ck_assert(volume->watch.is_look_wanted);
	ck_assert_ptr_eq(TAILQ_FIRST(&store.watched), volume);
	store_watch_locked(&store, volume);
	ck_assert_uint_ne(volume->watch.epoch, epoch);
	ck_assert_ptr_null(TAILQ_NEXT(volume, watched_link));
	store_unwatch_locked(&store, volume);
	ck_assert(TAILQ_EMPTY(&store.watched));
	store_unlock(&store);
}
END_TEST

START_TEST(store_counts_results)
{
	struct volume *first = add(1), *second = add(2);

	store_lock(&store);
	store_add_finished_locked(&store, second);
	store_add_finished_locked(&store, first);
	ck_assert_uint_eq(store.finished_count, 2);
	ck_assert_ptr_eq(TAILQ_FIRST(&store.finished), second);
	store_unlock(&store);
	remove_volume(second);
	store_lock(&store);
	ck_assert_uint_eq(store.finished_count, 1);
	ck_assert_ptr_eq(TAILQ_FIRST(&store.finished), first);
	store_unlock(&store);
}
END_TEST

/* AddressSanitizer sees that what is looked at is still there, and freed in the end. */
START_TEST(store_keeps_what_is_looked_at)
{
	struct volume *volume = add(1);
	char *identifier = strdup(volume->request->identifier);

	store_lock(&store);
	store_begin_look_locked(&store, volume);
	store_begin_look_locked(&store, volume);
	store_remove_locked(&store, volume);
	ck_assert_ptr_null(store_find_locked(&store, identifier));
	ck_assert(!store_end_look_locked(&store, volume));
	ck_assert_str_eq(volume->request->identifier, identifier);
	ck_assert(!store_end_look_locked(&store, volume));
	store_unlock(&store);
	free(identifier);
}
END_TEST

START_TEST(store_keeps_what_was_looked_at)
{
	struct volume *volume = add(1);

	store_lock(&store);
	store_begin_look_locked(&store, volume);
	ck_assert(store_end_look_locked(&store, volume));
	ck_assert_ptr_eq(store_find_locked(&store, volume->request->identifier), volume);
	store_unlock(&store);
}
END_TEST

/* The other thread: looks at whatever is watched until it is told to stop. */
static atomic_bool is_stopping;
static atomic_ulong looks;

static struct volume *begin_look(void)
{
	struct volume *volume;

	store_lock(&store);
	volume = TAILQ_FIRST(&store.watched);
	if (volume) {
		store_begin_look_locked(&store, volume);
		TAILQ_REMOVE(&store.watched, volume, watched_link);
		TAILQ_INSERT_TAIL(&store.watched, volume, watched_link);
	}
	store_unlock(&store);
	return volume;
}

/* The store's lock first, the volume's second. */
static void end_look(struct volume *volume, uint64_t done_sectors)
{
	store_lock(&store);
	if (store_end_look_locked(&store, volume) && volume->watch.is_watched) {
		volume_lock(volume);
		volume->sighting.kind = VOLUME_SEEN;
		volume->sighting.signature++;
		volume->progress.done_sectors = done_sectors + 1;
		volume_unlock(volume);
		store_add_news_locked(&store, volume);
	}
	store_unlock(&store);
}

static void *look(void *unused)
{
	while (!is_stopping) {
		struct volume *volume = begin_look();
		uint64_t done_sectors;

		if (!volume)
			continue;
		/* Without the store's lock: the volume may be removed now, and stays allocated. */
		volume_lock(volume);
		done_sectors = volume->progress.done_sectors;
		volume_unlock(volume);
		ck_assert_uint_eq(strlen(volume->request->identifier), 64);
		end_look(volume, done_sectors);
		looks++;
	}
	return unused;
}

/* What the first thread does to one of its volumes in one turn. */
static struct volume *begin_again(struct volume *volume, unsigned number)
{
	if (volume) {
		volume_lock(volume);
		volume_set_finished_locked(volume, (struct volume_result){.value = 0});
		volume_unlock(volume);
		store_lock(&store);
		store_unwatch_locked(&store, volume);
		store_add_finished_locked(&store, volume);
		store_remove_locked(&store, volume);
		store_unlock(&store);
	}
	volume = add(number);
	store_lock(&store);
	store_watch_locked(&store, volume);
	volume_lock(volume);
	volume_set_state_locked(volume, VOLUME_WATCHING);
	volume_unlock(volume);
	store_unlock(&store);
	return volume;
}

static void read_news(void)
{
	struct volume *volume;

	while ((volume = take_news())) {
		volume_lock(volume);
		ck_assert_int_eq(volume->sighting.kind, VOLUME_SEEN);
		ck_assert_int_eq(volume->state, VOLUME_WATCHING);
		volume->request_count++;
		volume_unlock(volume);
	}
}

START_TEST(stores_and_volumes_are_shared_by_two_threads)
{
	struct volume *volumes[VOLUMES] = {NULL};
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, look, NULL), 0);
	for (unsigned turn = 0; turn < TURNS || looks < TURNS; turn++) {
		unsigned number = turn % VOLUMES;

		volumes[number] = begin_again(volumes[number], number);
		read_news();
	}
	is_stopping = true;
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	store_lock(&store);
	ck_assert_uint_eq(store.finished_count, 0);
	for (size_t i = 0; i < VOLUMES; i++)
		ck_assert_uint_eq(volumes[i]->watch.looks, 0);
	store_unlock(&store);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(store_finds_by_identifier),
		SUITE_TEST(stores_know_nothing_of_each_other),
		SUITE_TEST(store_lists_news_once_and_in_order),
		SUITE_TEST(store_watches_and_unwatches),
		SUITE_TEST(store_counts_results),
		SUITE_TEST(store_keeps_what_is_looked_at),
		SUITE_TEST(store_keeps_what_was_looked_at),
		SUITE_TEST(stores_and_volumes_are_shared_by_two_threads),
	};

	return suite_run_fixture("stores", tests, SUITE_COUNT(tests), create_store, destroy_store);
}
