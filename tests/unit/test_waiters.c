/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who waits for which operation, whichever of them goes first. */
#include "config.h"

#include "operation/store.h"
#include "suite.h"
#include "volume_fixture.h"
#include "operation/waiters.h"

static struct waiter first, second;

static void create_waiters(void)
{
	waiter_init(&first);
	waiter_init(&second);
}

static unsigned count_waits(struct volume *volume)
{
	struct wait *wait;
	unsigned count = 0;

	TAILQ_FOREACH (wait, &volume->waits, volume_link)
		count++;
	return count;
}

START_TEST(waiters_are_remembered_once)
{
	struct volume *volume = fixture_volume(1, 1);

	waiters_add(volume, &first);
	waiters_add(volume, &first);
	waiters_add(volume, &second);
	ck_assert_uint_eq(count_waits(volume), 2);
	ck_assert(waiters_remove(volume, &first));
	ck_assert(!waiters_remove(volume, &first));
	ck_assert(waiters_remove(volume, &second));
	ck_assert_uint_eq(count_waits(volume), 0);
	volume_free(volume);
}
END_TEST

START_TEST(waiters_that_are_nobody_do_not_wait)
{
	struct volume *volume = fixture_volume(1, 1);

	waiters_add(volume, NULL);
	ck_assert_uint_eq(count_waits(volume), 0);
	ck_assert(!waiters_remove(volume, NULL));
	volume_free(volume);
}
END_TEST

START_TEST(waiters_wait_for_many)
{
	struct volume *volumes[] = {
		fixture_volume(1, 1), fixture_volume(1, 2), fixture_volume(2, 1)};

	for (size_t i = 0; i < SUITE_COUNT(volumes); i++) {
		waiters_add(volumes[i], &first);
		waiters_add(volumes[i], &second);
	}
	for (size_t i = 0; i < SUITE_COUNT(volumes); i++)
		ck_assert_ptr_eq(waiter_take_volume(&first), volumes[i]);
	ck_assert_ptr_null(waiter_take_volume(&first));
	for (size_t i = 0; i < SUITE_COUNT(volumes); i++) {
		ck_assert_uint_eq(count_waits(volumes[i]), 1);
		ck_assert(waiters_remove(volumes[i], &second));
		volume_free(volumes[i]);
	}
}
END_TEST

START_TEST(waiters_of_a_volume_that_goes_wait_for_the_others)
{
	struct volume *kept = fixture_volume(1, 1), *gone = fixture_volume(1, 2);
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
	ck_assert_ptr_eq(waiter_take_volume(&first), kept);
	ck_assert_ptr_null(waiter_take_volume(&first));
	ck_assert_ptr_null(waiter_take_volume(&second));
	store_destroy(&store);
}
END_TEST

START_TEST(waiters_are_bounded)
{
	struct volume *volume = fixture_volume(1, 1);
	struct waiter waiters[WAITERS_MAX + 1];

	for (size_t i = 0; i < SUITE_COUNT(waiters); i++) {
		waiter_init(&waiters[i]);
		waiters_add(volume, &waiters[i]);
	}
	ck_assert_uint_eq(count_waits(volume), WAITERS_MAX);
	ck_assert(!waiters_remove(volume, &waiters[WAITERS_MAX]));
	ck_assert(waiters[WAITERS_MAX].is_overlooked && !waiters[0].is_overlooked);
	ck_assert(waiters_remove(volume, &waiters[0]));
	waiters_add(volume, &waiters[WAITERS_MAX]);
	ck_assert(waiters_remove(volume, &waiters[WAITERS_MAX]));
	waiters_clear(volume);
	ck_assert_ptr_null(waiter_take_volume(&waiters[1]));
	volume_free(volume);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(waiters_are_remembered_once),
		SUITE_TEST(waiters_that_are_nobody_do_not_wait),
		SUITE_TEST(waiters_wait_for_many),
		SUITE_TEST(waiters_of_a_volume_that_goes_wait_for_the_others),
		SUITE_TEST(waiters_are_bounded),
	};

	return suite_run_fixture("waiters", tests, SUITE_COUNT(tests), create_waiters, NULL);
}
