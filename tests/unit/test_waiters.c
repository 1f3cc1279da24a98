/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiters and requests, whichever of them is freed first. */
#include "config.h"

#include "operation/store.h"
#include "operation/waiters.h"
#include "operation_fixture.h"
#include "suite.h"

static struct waiter first, second;

static void create_waiters(void)
{
	waiter_init(&first);
	waiter_init(&second);
}

static unsigned count_waits(struct request *request)
{
	struct wait *wait;
	unsigned count = 0;

	TAILQ_FOREACH (wait, &request->waits, request_link)
		count++;
	return count;
}

START_TEST(waiters_are_remembered_once)
{
	struct request *request = fixture_request(1, 1);

	waiters_add(request, &first);
	waiters_add(request, &first);
	waiters_add(request, &second);
	ck_assert_uint_eq(count_waits(request), 2);
	ck_assert(waiters_remove(request, &first));
	ck_assert(!waiters_remove(request, &first));
	ck_assert(waiters_remove(request, &second));
	ck_assert_uint_eq(count_waits(request), 0);
	request_free(request);
}
END_TEST

START_TEST(waiters_that_are_nobody_do_not_wait)
{
	struct request *request = fixture_request(1, 1);

	waiters_add(request, NULL);
	ck_assert_uint_eq(count_waits(request), 0);
	ck_assert(!waiters_remove(request, NULL));
	request_free(request);
}
END_TEST

START_TEST(waiters_wait_for_many)
{
	struct request *requests[] = {
		fixture_request(1, 1), fixture_request(1, 2), fixture_request(2, 1)};

	for (size_t i = 0; i < SUITE_COUNT(requests); i++) {
		waiters_add(requests[i], &first);
		waiters_add(requests[i], &second);
	}
	for (size_t i = 0; i < SUITE_COUNT(requests); i++)
		ck_assert_ptr_eq(waiter_take_request(&first), requests[i]);
	ck_assert_ptr_null(waiter_take_request(&first));
	for (size_t i = 0; i < SUITE_COUNT(requests); i++) {
		ck_assert_uint_eq(count_waits(requests[i]), 1);
		ck_assert(waiters_remove(requests[i], &second));
		request_free(requests[i]);
	}
}
END_TEST

START_TEST(waiters_of_a_request_that_goes_wait_for_the_others)
{
	struct request *kept = fixture_request(1, 1), *gone = fixture_request(1, 2);
	struct store store;

	ck_assert_int_eq(store_init(&store, "poll"), 0);
	store_lock(&store);
	ck_assert_int_eq(store_add_locked(&store, kept), 0);
	ck_assert_int_eq(store_add_locked(&store, gone), 0);
	waiters_add(gone, &first);
	waiters_add(kept, &first);
	waiters_add(gone, &second);
	store_remove_locked(&store, gone);
	store_unlock(&store);
	ck_assert_ptr_eq(waiter_take_request(&first), kept);
	ck_assert_ptr_null(waiter_take_request(&first));
	ck_assert_ptr_null(waiter_take_request(&second));
	store_destroy(&store);
}
END_TEST

START_TEST(waiters_are_as_many_as_there_are_clients)
{
	struct request *request = fixture_request(1, 1);
	struct waiter waiters[300];

	for (size_t i = 0; i < SUITE_COUNT(waiters); i++) {
		waiter_init(&waiters[i]);
		waiters_add(request, &waiters[i]);
		ck_assert(!waiters[i].is_overlooked);
	}
	ck_assert_uint_eq(count_waits(request), SUITE_COUNT(waiters));
	ck_assert(waiters_remove(request, &waiters[0]));
	ck_assert(waiters_remove(request, &waiters[SUITE_COUNT(waiters) - 1]));
	waiters_clear(request);
	ck_assert_ptr_null(waiter_take_request(&waiters[1]));
	request_free(request);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(waiters_are_remembered_once),
		SUITE_TEST(waiters_that_are_nobody_do_not_wait),
		SUITE_TEST(waiters_wait_for_many),
		SUITE_TEST(waiters_of_a_request_that_goes_wait_for_the_others),
		SUITE_TEST(waiters_are_as_many_as_there_are_clients),
	};

	return suite_run_fixture("waiters", tests, SUITE_COUNT(tests), create_waiters, NULL);
}
