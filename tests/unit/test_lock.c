/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: they exclude, and a debug build stops at a wrong order. */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "util/lock.h"
#include "suite.h"

#define TURNS 20000

static struct lock store, volume, other_volume;
static long in_store, in_volume;

static void create_locks(void)
{
	ck_assert_int_eq(lock_init(&store, LOCK_RANK_STORE), 0);
	ck_assert_int_eq(lock_init(&volume, LOCK_RANK_VOLUME), 0);
	ck_assert_int_eq(lock_init(&other_volume, LOCK_RANK_VOLUME), 0);
}

static void destroy_locks(void)
{
	lock_destroy(&other_volume);
	lock_destroy(&volume);
	lock_destroy(&store);
}

/* The store's lock is let go first, as when a volume was found and is then worked on. */
static void *count_under_both(void *unused)
{
	for (int turn = 0; turn < TURNS; turn++) {
		lock_take(&store);
		in_store++;
		lock_take(&volume);
		lock_release(&store);
		in_volume++;
		lock_release(&volume);
	}
	return unused;
}

START_TEST(lock_excludes_other_threads)
{
	pthread_t threads[2];

	for (int index = 0; index < 2; index++)
		ck_assert_int_eq(pthread_create(&threads[index], NULL, count_under_both, NULL), 0);
	for (int index = 0; index < 2; index++)
		ck_assert_int_eq(pthread_join(threads[index], NULL), 0);
	ck_assert_int_eq(in_store, 2 * TURNS);
	ck_assert_int_eq(in_volume, 2 * TURNS);
}
END_TEST

START_TEST(lock_allows_a_volume_alone_and_one_after_the_other)
{
	lock_take(&volume);
	lock_release(&volume);
	lock_take(&store);
	lock_take(&volume);
	lock_release(&volume);
	lock_take(&other_volume);
	lock_release(&other_volume);
	lock_release(&store);
}
END_TEST

#ifdef LOCK_DEBUG

static void *take_volume(void *unused)
{
	lock_take(&volume);
	return unused;
}

static void volume_before_store(void)
{
	lock_take(&volume);
	lock_take(&store);
}

static void two_of_a_rank(void)
{
	lock_take(&volume);
	lock_take(&other_volume);
}

static void the_same_twice(void)
{
	lock_take(&store);
	lock_take(&store);
}

static void release_of_what_is_not_held(void)
{
	lock_release(&store);
}

static void release_of_another_thread_s(void)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, take_volume, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	lock_release(&volume);
}

static void destruction_of_what_is_held(void)
{
	lock_take(&store);
	lock_destroy(&store);
}

static void (*const faults[])(void) = {volume_before_store, two_of_a_rank, the_same_twice,
	release_of_what_is_not_held, release_of_another_thread_s, destruction_of_what_is_held};

START_TEST(lock_stops_at_each_fault)
{
	faults[_i]();
}
END_TEST

/* What one thread holds does not forbid anything to another. */
START_TEST(lock_keeps_threads_apart)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, take_volume, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	lock_take(&store);
	lock_take(&other_volume);
	lock_release(&other_volume);
	lock_release(&store);
}
END_TEST

#endif

static Suite *lock_suite(void)
{
	Suite *suite = suite_create("lock");
	TCase *group = tcase_create("lock");

	tcase_add_unchecked_fixture(group, create_locks, destroy_locks);
	tcase_set_timeout(group, SUITE_TIMEOUT_S);
	tcase_add_test(group, lock_excludes_other_threads);
	tcase_add_test(group, lock_allows_a_volume_alone_and_one_after_the_other);
#ifdef LOCK_DEBUG
	tcase_add_loop_test_raise_signal(
		group, lock_stops_at_each_fault, SIGABRT, 0, (int)SUITE_COUNT(faults));
	tcase_add_test(group, lock_keeps_threads_apart);
#else
	puts("lock: the checks of a debug build are skipped, since --enable-debug was not given");
#endif
	suite_add_tcase(suite, group);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(lock_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
