/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stores and the requests in them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "operation/store.h"
#include "operation_fixture.h"
#include "suite.h"

static struct store store;

static void create_store(void)
{
	ck_assert_int_eq(store_init(&store, "poll"), 0);
}

static void destroy_store(void)
{
	store_destroy(&store);
}

static struct request *add(unsigned number)
{
	struct request *request = fixture_request(1, number);

	store_lock(&store);
	ck_assert_int_eq(store_add_locked(&store, request), 0);
	store_unlock(&store);
	return request;
}

static struct request *find(const char *identifier)
{
	struct request *request;

	store_lock(&store);
	request = store_find_locked(&store, identifier);
	store_unlock(&store);
	return request;
}

static void remove_request(struct request *request)
{
	store_lock(&store);
	store_remove_locked(&store, request);
	store_unlock(&store);
}

START_TEST(store_finds_by_identifier)
{
	struct request *first = add(1), *second = add(2);
	char *identifier = strdup(first->terms->identifier);

	ck_assert_ptr_eq(find(identifier), first);
	ck_assert_ptr_eq(find(second->terms->identifier), second);
	ck_assert_ptr_null(find("nothing"));
	remove_request(first);
	ck_assert_ptr_null(find(identifier));
	ck_assert_ptr_eq(find(second->terms->identifier), second);
	free(identifier);
}
END_TEST

START_TEST(stores_know_nothing_of_each_other)
{
	struct request *polled = add(1), *aborted = fixture_request(1, 1);
	struct store aborts;

	ck_assert_int_eq(store_init(&aborts, "abort"), 0);
	store_lock(&aborts);
	ck_assert_ptr_null(store_find_locked(&aborts, polled->terms->identifier));
	ck_assert_int_eq(store_add_locked(&aborts, aborted), 0);
	ck_assert_ptr_eq(store_find_locked(&aborts, polled->terms->identifier), aborted);
	store_unlock(&aborts);
	ck_assert_ptr_eq(find(polled->terms->identifier), polled);
	store_destroy(&aborts);
}
END_TEST

START_TEST(store_counts_results)
{
	struct request *first = add(1), *second = add(2);

	store_lock(&store);
	store_add_told_locked(&store, second);
	store_add_told_locked(&store, first);
	ck_assert_uint_eq(store.told_count, 2);
	ck_assert_ptr_eq(TAILQ_FIRST(&store.told), second);
	store_unlock(&store);
	remove_request(second);
	store_lock(&store);
	ck_assert_uint_eq(store.told_count, 1);
	ck_assert_ptr_eq(TAILQ_FIRST(&store.told), first);
	store_unlock(&store);
}
END_TEST

/* The oldest goes first, whichever client was told it. */
START_TEST(store_keeps_the_order_of_results_across_an_upgrade)
{
	struct request *newer = add(1), *older = add(2), *now = add(3);

	store_lock(&store);
	store_restore_told_locked(&store, newer, 200);
	store_restore_told_locked(&store, older, 100);
	store_add_told_locked(&store, now);
	ck_assert_ptr_eq(TAILQ_FIRST(&store.told), older);
	ck_assert_ptr_eq(TAILQ_NEXT(older, told_link), newer);
	ck_assert_ptr_eq(TAILQ_NEXT(newer, told_link), now);
	store_unlock(&store);
}
END_TEST

/* The suite's end frees them; AddressSanitizer sees that nothing is left. */
START_TEST(store_frees_what_is_in_it)
{
	struct waiter waiter;

	waiter_init(&waiter);
	waiters_add(add(1), &waiter);
	waiters_add(add(2), &waiter);
	destroy_store();
	ck_assert_ptr_null(waiter_take_request(&waiter));
	create_store();
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(store_finds_by_identifier),
		SUITE_TEST(stores_know_nothing_of_each_other),
		SUITE_TEST(store_counts_results),
		SUITE_TEST(store_keeps_the_order_of_results_across_an_upgrade),
		SUITE_TEST(store_frees_what_is_in_it),
	};

	return suite_run_fixture("stores", tests, SUITE_COUNT(tests), create_store, destroy_store);
}
