/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results that nobody collects: the oldest go first, by number and by age. */
#include "config.h"

#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "lifecycle/result_expiry.h"
#include "operation_fixture.h"
#include "suite.h"

#define RESULTS 5
#define AGE_S   100

static struct operations operations_under_test;
static struct event_base *base;
static struct configuration *configuration;

static void create_operations(void)
{
	struct lvmpolld_error error;

	base = event_base_new();
	configuration = configuration_new();
	ck_assert_ptr_nonnull(configuration);
	ck_assert_ptr_nonnull(base);
	configuration->limit_results = RESULTS;
	configuration->limit_results_age_s = AGE_S;
	ck_assert_int_eq(
		operations_init(&operations_under_test, base, configuration, NULL, NULL, &error),
		0);
}

static void free_operations(void)
{
	results_destroy(&operations_under_test);
	operations_destroy(&operations_under_test);
	event_base_free(base);
	configuration_free(configuration);
}

/* Puts request NUMBER into STORE, with a result that is AGE_S seconds old. */
static struct request *add_result(struct store *store, unsigned number, time_t age_s)
{
	struct request *request = fixture_request(1, number);

	store_lock(store);
	ck_assert_int_eq(store_add_locked(store, request), 0);
	store_add_told_locked(store, request);
	request->told_at.tv_sec -= age_s;
	store_unlock(store);
	return request;
}

static bool is_there(struct store *store, unsigned number)
{
	struct terms *terms = fixture_terms(1, number);
	bool found;

	store_lock(store);
	found = store_find_locked(store, terms->identifier);
	store_unlock(store);
	terms_release(terms);
	return found;
}

static size_t count(struct store *store)
{
	size_t finished;

	store_lock(store);
	finished = store->told_count;
	store_unlock(store);
	return finished;
}

START_TEST(results_up_to_the_limit_stay)
{
	struct operations *operations = &operations_under_test;

	results_expire(operations);
	ck_assert_ptr_null(operations->results_timer);
	for (unsigned number = 0; number < RESULTS; number++)
		add_result(&operations->polling, number, 0);
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), RESULTS);
}
END_TEST

START_TEST(results_beyond_the_limit_go_the_oldest_first)
{
	struct operations *operations = &operations_under_test;

	for (unsigned number = 0; number < RESULTS + 2; number++)
		add_result(&operations->polling, number, 0);
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), RESULTS);
	ck_assert(!is_there(&operations->polling, 0));
	ck_assert(!is_there(&operations->polling, 1));
	ck_assert(is_there(&operations->polling, 2));
}
END_TEST

START_TEST(results_of_each_store_are_limited_by_themselves)
{
	struct operations *operations = &operations_under_test;

	for (unsigned number = 0; number < RESULTS; number++) {
		add_result(&operations->polling, number, 0);
		add_result(&operations->aborts, number, 0);
	}
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), RESULTS);
	ck_assert_uint_eq(count(&operations->aborts), RESULTS);
}
END_TEST

START_TEST(results_go_when_they_are_old)
{
	struct operations *operations = &operations_under_test;

	add_result(&operations->polling, 0, AGE_S + 1);
	add_result(&operations->polling, 1, AGE_S);
	add_result(&operations->polling, 2, AGE_S - 10);
	add_result(&operations->aborts, 3, AGE_S);
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), 1);
	ck_assert(is_there(&operations->polling, 2));
	ck_assert_uint_eq(count(&operations->aborts), 0);
}
END_TEST

START_TEST(results_that_a_second_has_begun_since_are_no_second_old)
{
	struct operations *operations = &operations_under_test;
	struct request *request = fixture_request(1, 0);
	struct timespec now;

	configuration->limit_results_age_s = 1;
	store_lock(&operations->polling);
	ck_assert_int_eq(store_add_locked(&operations->polling, request), 0);
	store_add_told_locked(&operations->polling, request);
	store_unlock(&operations->polling);
	/* The test has most of a second for what is between here and there. */
	do
		clock_gettime(CLOCK_BOOTTIME, &now);
	while (now.tv_nsec > 100000000);
	request->told_at = (struct timespec){.tv_sec = now.tv_sec - 1, .tv_nsec = 999999999};
	results_expire(operations);
	ck_assert(is_there(&operations->polling, 0));
}
END_TEST

/* As when three clients wait, and there is room for fewer results. */
START_TEST(results_that_somebody_waits_for_stay)
{
	struct operations *operations = &operations_under_test;
	struct waiter waiter;

	waiter_init(&waiter);
	for (unsigned number = 0; number < RESULTS + 2; number++)
		waiters_add(add_result(&operations->polling, number, AGE_S + 1), &waiter);
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), RESULTS + 2);
	while (waiter_take_request(&waiter))
		;
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), 0);
}
END_TEST

/* A result that was told is kept: a client that asks hears it again. */
START_TEST(results_of_what_is_in_flight_stay)
{
	struct operations *operations = &operations_under_test;
	struct request *request = add_result(&operations->polling, 1, AGE_S + 1);
	struct device *device = devices_get(&operations->devices, request->terms);
	struct operation *operation = operation_new(operations, device, request->terms);

	ck_assert_ptr_nonnull(operation);
	operation_join(operation, request);
	results_expire(operations);
	ck_assert(is_there(&operations->polling, 1));
	operation_free(operation);
	devices_remove(&operations->devices, device);
	results_expire(operations);
	ck_assert(!is_there(&operations->polling, 1));
}
END_TEST

START_TEST(results_that_were_told_are_told_again_for_an_hour)
{
	struct operations *operations = &operations_under_test;

	configuration->limit_results_age_s = 86400;
	add_result(&operations->polling, 0, 3599 - 10)->is_collected = true;
	add_result(&operations->polling, 1, 3601)->is_collected = true;
	add_result(&operations->polling, 2, 3601);
	results_expire(operations);
	ck_assert(is_there(&operations->polling, 0));
	ck_assert(!is_there(&operations->polling, 1));
	ck_assert(is_there(&operations->polling, 2));
}
END_TEST

/* Seconds until the timer; -1 where it does not run. */
static time_t time_to_timer_s(const struct operations *operations)
{
	struct timeval due, now;

	if (!operations->results_timer ||
		!event_pending(operations->results_timer, EV_TIMEOUT, &due))
		return -1;
	event_base_gettimeofday_cached(operations->base, &now);
	/* Rounded up: the timer is a moment older than now. */
	return due.tv_sec - now.tv_sec + (due.tv_usec > now.tv_usec);
}

START_TEST(results_timer_waits_for_the_next_of_both_stores)
{
	struct operations *operations = &operations_under_test;

	add_result(&operations->polling, 0, AGE_S - 50);
	add_result(&operations->polling, 1, 0);
	add_result(&operations->aborts, 2, AGE_S - 20);
	results_expire(operations);
	ck_assert_int_ge(time_to_timer_s(operations), 19);
	ck_assert_int_le(time_to_timer_s(operations), 21);
}
END_TEST

START_TEST(results_timer_does_what_it_is_for)
{
	struct operations *operations = &operations_under_test;
	const struct timeval deadline = {.tv_sec = 300};

	add_result(&operations->polling, 0, AGE_S - 1);
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), 1);
	/* Nothing else is in the loop, so that it ends with the timer. */
	event_base_loopexit(operations->base, &deadline);
	while (count(&operations->polling) > 0 && !event_base_got_exit(operations->base))
		event_base_loop(operations->base, EVLOOP_ONCE);
	ck_assert_uint_eq(count(&operations->polling), 0);
}
END_TEST

START_TEST(results_limits_may_shrink)
{
	struct operations *operations = &operations_under_test;

	for (unsigned number = 0; number < RESULTS; number++)
		add_result(&operations->polling, number, 10);
	results_expire(operations);
	configuration->limit_results = 2;
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), 2);
	configuration->limit_results_age_s = 5;
	results_expire(operations);
	ck_assert_uint_eq(count(&operations->polling), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(results_up_to_the_limit_stay),
		SUITE_TEST(results_beyond_the_limit_go_the_oldest_first),
		SUITE_TEST(results_of_each_store_are_limited_by_themselves),
		SUITE_TEST(results_go_when_they_are_old),
		SUITE_TEST(results_that_a_second_has_begun_since_are_no_second_old),
		SUITE_TEST(results_that_somebody_waits_for_stay),
		SUITE_TEST(results_of_what_is_in_flight_stay),
		SUITE_TEST(results_that_were_told_are_told_again_for_an_hour),
		SUITE_TEST(results_timer_waits_for_the_next_of_both_stores),
		SUITE_TEST(results_timer_does_what_it_is_for),
		SUITE_TEST(results_limits_may_shrink),
	};

	return suite_run_fixture(
		"results", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
