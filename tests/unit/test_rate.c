/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast an operation gets on, and how long it needs. */
#include "config.h"

#include "operation/rate.h"
#include "suite.h"

/* 1 MiB. */
#define MIB   2048
#define TOTAL ((uint64_t)1 << 40)

static struct rate rate;

static void note(int64_t now_ms, uint64_t done, uint64_t total)
{
	rate_note(&rate, now_ms, (struct extent){done, total, true});
}

static int64_t left_s(int64_t now_ms, uint64_t left)
{
	return rate_time_left_s(&rate, now_ms, (struct extent){0, left, true});
}

/* LOOKS looks, PERIOD_MS apart, each of which shows SECTORS more. Returns the time of the last. */
static int64_t look(int64_t from_ms, unsigned looks, int64_t period_ms, uint64_t sectors)
{
	int64_t now_ms = from_ms;

	for (unsigned i = 0; i < looks; i++) {
		now_ms += period_ms;
		note(now_ms, rate.extent.done + sectors, TOTAL);
	}
	return now_ms;
}

static void reset(void)
{
	rate = (struct rate){0};
}

START_TEST(nothing_is_known_at_the_beginning)
{
	ck_assert_int_eq(rate_bytes_per_s(&rate, 1000), -1);
	ck_assert_int_eq(left_s(1000, MIB), -1);
	ck_assert_int_eq(rate_stalled_s(&rate, 1000), -1);
}
END_TEST

START_TEST(five_samples_are_needed)
{
	int64_t now_ms = look(1000, 4, 3000, 3 * MIB);

	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), -1);
	now_ms = look(now_ms, 1, 3000, 3 * MIB);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 1 << 20);
}
END_TEST

START_TEST(more_looks_make_no_more_samples)
{
	int64_t now_ms = look(1000, 100, 100, MIB / 8);

	ck_assert_uint_lt(rate.count, RATE_SAMPLES_MIN);
	now_ms = look(now_ms, 60, 100, MIB / 8);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 10 * (1 << 20) / 8);
}
END_TEST

START_TEST(only_the_last_half_minute_counts)
{
	int64_t now_ms = look(1000, 100, 3000, 300 * MIB);

	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 100 << 20);
	now_ms = look(now_ms, 12, 3000, 3 * MIB);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 1 << 20);
}
END_TEST

/* As where the daemon watches thousands of devices. */
START_TEST(looks_that_are_far_apart_are_enough)
{
	int64_t now_ms = look(1000, 6, 30000, 30 * MIB);

	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 1 << 20);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
}
END_TEST

START_TEST(time_left_follows_from_the_rate)
{
	int64_t now_ms = look(1000, 6, 3000, 3 * MIB);

	ck_assert_int_eq(left_s(now_ms, 90 * MIB), 90);
	ck_assert_int_eq(left_s(now_ms, 0), 0);
}
END_TEST

/* A segment ends, the device is suspended for a moment, the next one begins. */
START_TEST(short_pause_changes_little)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	now_ms = look(now_ms, 1, 3000, 0);
	now_ms = look(now_ms, 1, 3000, 3 * MIB);
	ck_assert_int_ge(rate_bytes_per_s(&rate, now_ms), (1 << 20) * 8 / 10);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
}
END_TEST

START_TEST(what_stands_still_has_no_time_left)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	now_ms = look(now_ms, 12, 3000, 0);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 0);
	ck_assert_int_eq(left_s(now_ms, MIB), -1);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), 36);
	ck_assert_int_eq(rate_unseen_s(&rate, now_ms + 90000), -1);
	ck_assert_int_eq(rate_unseen_s(&rate, now_ms + 91000), 127);
	now_ms = look(now_ms, 1, 3000, MIB);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
}
END_TEST

/* The next operation on the same volume, say. */
START_TEST(less_than_before_begins_another_count)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	note(now_ms + 3000, 0, TOTAL);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms + 3000), -1);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms + 3000), -1);
}
END_TEST

START_TEST(what_was_not_looked_at_for_long_is_forgotten)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB) + 600000;

	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), -1);
	note(now_ms, rate.extent.done + MIB, TOTAL);
	ck_assert_uint_eq(rate.count, 1);
}
END_TEST

/* A look 3 s after NOW_MS, with other figures. */
static int64_t look_once(int64_t now_ms, uint64_t done_sectors, uint64_t total_sectors)
{
	note(now_ms + 3000, done_sectors, total_sectors);
	return now_ms + 3000;
}

START_TEST(total_that_grows_leaves_the_rate)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	now_ms = look_once(now_ms, rate.extent.done + 3 * MIB, TOTAL + 100 * MIB);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 1 << 20);
	/* What is added is done already. */
	now_ms = look_once(now_ms, rate.extent.done + 503 * MIB, TOTAL + 600 * MIB);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 1 << 20);
	ck_assert_int_eq(left_s(now_ms, 10 * MIB), 10);
}
END_TEST

START_TEST(total_that_shrinks_leaves_the_rate)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB), rate_before;

	/* What is cut off was done: nothing else is known of this interval. */
	now_ms = look_once(now_ms, rate.extent.done - 20 * MIB, TOTAL - 20 * MIB);
	rate_before = rate_bytes_per_s(&rate, now_ms);
	ck_assert_int_gt(rate_before, (1 << 20) * 8 / 10);
	ck_assert_int_le(rate_before, 1 << 20);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
	/* Or it was not. */
	now_ms = look_once(now_ms, rate.extent.done + 3 * MIB, TOTAL - 50 * MIB);
	ck_assert_int_ge(rate_bytes_per_s(&rate, now_ms), rate_before * 9 / 10);
	ck_assert_int_le(rate_bytes_per_s(&rate, now_ms), 1 << 20);
}
END_TEST

START_TEST(total_that_changes_at_each_look_leaves_a_rate)
{
	int64_t now_ms = 1000;

	for (uint64_t i = 0; i < 20; i++)
		now_ms = look_once(now_ms, 6 * i * MIB, (100 + 9 * i) * MIB);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), 2 << 20);
}
END_TEST

START_TEST(other_total_is_movement)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	for (uint64_t i = 1; i < 10; i++)
		now_ms = look_once(now_ms, rate.extent.done, TOTAL - i * MIB);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
}
END_TEST

/* Where the percentage is all that is told. */
START_TEST(parts_have_a_time_left_and_no_bytes)
{
	struct lvmpolld_progress progress = {.percent = 10};
	int64_t now_ms = 1000;

	for (unsigned i = 0; i < 10; i++, now_ms += 3000, progress.percent += 0.3)
		rate_note(&rate, now_ms, extent_of(&progress));
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), -1);
	ck_assert_int_eq(rate_time_left_s(&rate, now_ms, extent_of(&progress)), 870);
	for (unsigned i = 0; i < 10; i++, now_ms += 3000)
		rate_note(&rate, now_ms, extent_of(&progress));
	ck_assert_int_ge(rate_stalled_s(&rate, now_ms), 27);
}
END_TEST

START_TEST(sectors_after_parts_are_another_count)
{
	struct lvmpolld_progress progress = {.percent = 10};
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB) + 3000;

	rate_note(&rate, now_ms, extent_of(&progress));
	ck_assert_uint_eq(rate.count, 1);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), -1);
}
END_TEST

START_TEST(movement_that_no_look_shows_counts)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	for (unsigned i = 0; i < 400; i++) {
		now_ms = look(now_ms, 1, 3000, 0);
		rate_note_movement(&rate, now_ms);
		ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
	}
	now_ms = look(now_ms, 5, 3000, 0);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), 15);
}
END_TEST

/* The machine was busy, or the daemon was. */
START_TEST(what_stands_still_does_so_over_a_time_without_looks)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	now_ms = look(now_ms, 1, 600000, 0);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), 600);
	ck_assert_uint_eq(rate.count, 1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(nothing_is_known_at_the_beginning),
		SUITE_TEST(five_samples_are_needed),
		SUITE_TEST(more_looks_make_no_more_samples),
		SUITE_TEST(only_the_last_half_minute_counts),
		SUITE_TEST(looks_that_are_far_apart_are_enough),
		SUITE_TEST(time_left_follows_from_the_rate),
		SUITE_TEST(short_pause_changes_little),
		SUITE_TEST(what_stands_still_has_no_time_left),
		SUITE_TEST(less_than_before_begins_another_count),
		SUITE_TEST(what_was_not_looked_at_for_long_is_forgotten),
		SUITE_TEST(total_that_grows_leaves_the_rate),
		SUITE_TEST(total_that_shrinks_leaves_the_rate),
		SUITE_TEST(total_that_changes_at_each_look_leaves_a_rate),
		SUITE_TEST(other_total_is_movement),
		SUITE_TEST(parts_have_a_time_left_and_no_bytes),
		SUITE_TEST(sectors_after_parts_are_another_count),
		SUITE_TEST(movement_that_no_look_shows_counts),
		SUITE_TEST(what_stands_still_does_so_over_a_time_without_looks),
	};

	return suite_run_fixture("rate", tests, SUITE_COUNT(tests), reset, NULL);
}
