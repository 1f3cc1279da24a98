/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When devices are looked at, by a clock that a test has in hand. */
#include "config.h"

#include <time.h>

#include "look_fixture.h"
#include "monitor/schedule.h"

/* CLOCK_MONOTONIC, of the program that this is linked into: what the schedule goes by. */
static int64_t now_ms;

int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = now_ms / 1000;
	now->tv_nsec = now_ms % 1000 * 1000000;
	return 0;
}

static void create(void)
{
	now_ms = 1234567;
	create_device();
}

/* What is copied MS after the last movement, and how long the next look is waited for then. */
static int64_t copy_and_look(int64_t ms, uint64_t sectors)
{
	int64_t interval_ms;
	bool is_first;

	device_lock(device);
	is_first = device->observation.kind == OBSERVED_NOTHING_YET;
	device_unlock(device);
	devices_lock(&devices);
	device->watch.moved_ms -= ms;
	devices_unlock(&devices);
	done_sectors += sectors;
	step_sectors = TOTAL_SECTORS - done_sectors;
	/* Of a table that was not seen before somebody must hear. */
	ck_assert_int_eq(look_and_see(LVMPOLLD_WATCH), is_first);
	settle();
	devices_lock(&devices);
	interval_ms = device->watch.next_look_ms - device->watch.last_look_ms;
	devices_unlock(&devices);
	return interval_ms;
}

START_TEST(look_is_taken_ever_more_often_towards_a_step)
{
	watch();
	settle();
	ck_assert_int_le(copy_and_look(0, 0), 250);
	/* Half of it in 1 s; four fifths of the rest in 0.8 s. */
	ck_assert_int_le(copy_and_look(1000, 500), 260);
	ck_assert_int_le(copy_and_look(800, 400), 51);
	ck_assert_int_le(copy_and_look(0, 0), 51);
}
END_TEST

START_TEST(look_is_taken_more_rarely_where_a_step_is_late)
{
	watch();
	settle();
	copy_and_look(0, 0);
	copy_and_look(1000, 500);
	devices_lock(&devices);
	device->watch.step_due_ms -= 1000 + 400;
	devices_unlock(&devices);
	ck_assert_int_ge(copy_and_look(0, 0), 51);
	ck_assert_int_le(copy_and_look(0, 0), 200);
}
END_TEST

/* Passes the time until the next look, and looks. */
static void look_when_due(void)
{
	int64_t due_ms = schedule_next_ms(&devices);

	if (due_ms > now_ms)
		now_ms = due_ms;
	look_at_due();
}

/*
 * What is seen of a copy or merge of so many ms that raises no event, and shows only in its last
 * tenth that something failed.
 */
struct watched_copy {
	unsigned looks;
	unsigned looks_in_last_tenth;
	int64_t late_ms; /* how long after its end it was looked at */
};

static struct watched_copy watch_copy_of(int64_t takes_ms, enum lvmpolld_verdict while_copying)
{
	int64_t begin_ms = now_ms;
	struct watched_copy seen = {0};

	watch();
	settle();
	while (now_ms < begin_ms + takes_ms) {
		int64_t passed_ms = now_ms - begin_ms;

		done_sectors = (uint64_t)(passed_ms * TOTAL_SECTORS / takes_ms);
		step_sectors = while_copying == LVMPOLLD_WATCH ? TOTAL_SECTORS - done_sectors : 0;
		show(while_copying);
		look_when_due();
		seen.looks++;
		seen.looks_in_last_tenth += passed_ms >= takes_ms * 9 / 10;
		now_ms = schedule_next_ms(&devices);
	}
	seen.late_ms = now_ms - begin_ms - takes_ms;
	return seen;
}

/* The mirror of a move shows that a place could not be copied only until all the rest is. */
START_TEST(end_of_a_copy_is_not_missed)
{
	for (int64_t takes_ms = 1000; takes_ms < 10000000; takes_ms *= 3) {
		struct watched_copy seen = watch_copy_of(takes_ms, LVMPOLLD_WATCH);

		ck_assert_uint_gt(seen.looks_in_last_tenth, 0);
		ck_assert_int_le(seen.looks, takes_ms / 50 + 3);
	}
}
END_TEST

START_TEST(end_of_a_merge_is_noticed_soon)
{
	for (int64_t takes_ms = 1000; takes_ms < 10000000; takes_ms *= 3) {
		struct watched_copy seen = watch_copy_of(takes_ms, LVMPOLLD_WATCH_TIMED);

		ck_assert_int_le(seen.late_ms, 1000);
		ck_assert_int_le(seen.looks, takes_ms / 50 + 3);
		ck_assert_int_le(seen.looks, takes_ms / 10000 + 100);
	}
}
END_TEST

/* What waits for something, or has failed, is looked at for as long as it lasts. */
START_TEST(what_does_not_move_is_looked_at_more_rarely)
{
	unsigned looks = 0;
	int64_t end_ms;

	watch();
	show(LVMPOLLD_WATCH_TIMED);
	for (end_ms = now_ms + 600000; now_ms < end_ms; looks++)
		look_when_due();
	ck_assert_uint_le(looks, 600 + 20);
	/* That it moves again is seen soon. */
	ck_assert_int_le(schedule_next_ms(&devices) - now_ms, 1000);
}
END_TEST

/* An operation whose sectors are not known is looked at by its percentage. */
START_TEST(end_of_what_tells_percent_alone_is_noticed_soon)
{
	for (int64_t takes_ms = 1000; takes_ms < 10000000; takes_ms *= 3) {
		struct watched_copy seen;

		is_percent_alone = true;
		seen = watch_copy_of(takes_ms, LVMPOLLD_WATCH_TIMED);
		ck_assert_int_le(seen.late_ms, 1000);
		ck_assert_int_le(seen.looks, takes_ms / 10000 + 100);
	}
}
END_TEST

/* So that many cost no more than one. */
START_TEST(looks_at_many_fall_together)
{
	const unsigned count = 30;
	struct device *others[30];
	unsigned wake_ups = 0;
	int64_t end_ms;

	for (unsigned i = 0; i < count; i++) {
		struct terms *terms = fixture_terms_of(&looking_entry, 1, i + 2, false, "15", NULL);

		others[i] = devices_get(&devices, terms);
		terms_release(terms);
		devices_lock(&devices);
		devices_watch_locked(&devices, others[i]);
		devices_unlock(&devices);
		now_ms += 37;
		show(LVMPOLLD_WATCH);
		look_at_due();
	}
	look_when_due();
	end_ms = now_ms + 10000;
	while (schedule_next_ms(&devices) <= end_ms) {
		look_when_due();
		wake_ups++;
	}
	ck_assert_int_eq(wake_ups, 5);
	for (unsigned i = 0; i < count; i++)
		devices_remove(&devices, others[i]);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(look_is_taken_ever_more_often_towards_a_step),
		SUITE_TEST(look_is_taken_more_rarely_where_a_step_is_late),
		SUITE_TEST(end_of_a_copy_is_not_missed),
		SUITE_TEST(end_of_a_merge_is_noticed_soon),
		SUITE_TEST(what_does_not_move_is_looked_at_more_rarely),
		SUITE_TEST(end_of_what_tells_percent_alone_is_noticed_soon),
		SUITE_TEST(looks_at_many_fall_together),
	};

	return suite_run_fixture("schedule", tests, SUITE_COUNT(tests), create, destroy_device);
}
