/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: they exclude, and a debug build stops at a wrong order. */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "suite.h"
#include "util/lock.h"

#define TURNS 20000

static struct lock store, request, devices, device, other_device;
static long in_store, in_device;

static void create_locks(void)
{
	ck_assert_int_eq(lock_init(&store, LOCK_RANK_STORE), 0);
	ck_assert_int_eq(lock_init(&request, LOCK_RANK_REQUEST), 0);
	ck_assert_int_eq(lock_init(&devices, LOCK_RANK_DEVICES), 0);
	ck_assert_int_eq(lock_init(&device, LOCK_RANK_DEVICE), 0);
	ck_assert_int_eq(lock_init(&other_device, LOCK_RANK_DEVICE), 0);
}

static void destroy_locks(void)
{
	lock_destroy(&other_device);
	lock_destroy(&device);
	lock_destroy(&devices);
	lock_destroy(&request);
	lock_destroy(&store);
}

/* The store's lock is let go first, as when a device was found and is then worked on. */
static void *count_under_both(void *unused)
{
	for (int turn = 0; turn < TURNS; turn++) {
		lock_take(&store);
		in_store++;
		lock_take(&device);
		lock_release(&store);
		in_device++;
		lock_release(&device);
	}
	return unused;
}

START_TEST(lock_excludes_other_threads)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, count_under_both, NULL), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(in_store, 2 * TURNS);
	ck_assert_int_eq(in_device, 2 * TURNS);
}
END_TEST

START_TEST(lock_allows_a_device_alone_and_one_after_the_other)
{
	lock_take(&device);
	lock_release(&device);
	lock_take(&store);
	lock_take(&device);
	lock_release(&device);
	lock_take(&other_device);
	lock_release(&other_device);
	lock_release(&store);
}
END_TEST

START_TEST(lock_allows_all_ranks_in_their_order)
{
	lock_take(&store);
	lock_take(&request);
	lock_take(&devices);
	lock_take(&device);
	lock_release(&store);
	lock_release(&devices);
	lock_release(&request);
	lock_release(&device);
}
END_TEST

#ifdef LOCK_DEBUG

static void *take_device(void *unused)
{
	lock_take(&device);
	return unused;
}

static void device_before_store(void)
{
	lock_take(&device);
	lock_take(&store);
}

static void request_before_store(void)
{
	lock_take(&request);
	lock_take(&store);
}

static void devices_before_request(void)
{
	lock_take(&devices);
	lock_take(&request);
}

static void device_before_devices(void)
{
	lock_take(&device);
	lock_take(&devices);
}

static void two_of_a_rank(void)
{
	lock_take(&device);
	lock_take(&other_device);
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

	ck_assert_int_eq(pthread_create(&thread, NULL, take_device, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	lock_release(&device);
}

static void destruction_of_what_is_held(void)
{
	lock_take(&store);
	lock_destroy(&store);
}

static void (*const faults[])(void) = {device_before_store, request_before_store,
	devices_before_request, device_before_devices, two_of_a_rank, the_same_twice,
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

	ck_assert_int_eq(pthread_create(&thread, NULL, take_device, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	lock_take(&store);
	lock_take(&other_device);
	lock_release(&other_device);
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
	tcase_add_test(group, lock_allows_a_device_alone_and_one_after_the_other);
	tcase_add_test(group, lock_allows_all_ranks_in_their_order);
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
