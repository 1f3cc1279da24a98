/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast an operation gets on, and how long it needs. */
#include "config.h"

#include "operation/rate.h"
#include "suite.h"

/* 1 MiB. */
#define MIB 2048

static struct rate rate;

/* LOOKS looks, PERIOD_MS apart, each of which shows SECTORS more. Returns the time of the last. */
static int64_t look(int64_t from_ms, unsigned looks, int64_t period_ms, uint64_t sectors)
{
	int64_t now_ms = from_ms;

	for (unsigned i = 0; i < looks; i++) {
		now_ms += period_ms;
		rate_note(&rate, now_ms, rate.done_sectors + sectors);
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
	ck_assert_int_eq(rate_time_left_s(&rate, 1000, MIB), -1);
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

	ck_assert_int_eq(rate_time_left_s(&rate, now_ms, 90 * MIB), 90);
	ck_assert_int_eq(rate_time_left_s(&rate, now_ms, 0), 0);
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
	ck_assert_int_eq(rate_time_left_s(&rate, now_ms, MIB), -1);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), 36);
	now_ms = look(now_ms, 1, 3000, MIB);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms), -1);
}
END_TEST

/* The next operation on the same volume, say. */
START_TEST(less_than_before_begins_another_count)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB);

	rate_note(&rate, now_ms + 3000, 0);
	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms + 3000), -1);
	ck_assert_int_eq(rate_stalled_s(&rate, now_ms + 3000), -1);
}
END_TEST

START_TEST(what_was_not_looked_at_for_long_is_forgotten)
{
	int64_t now_ms = look(1000, 10, 3000, 3 * MIB) + 600000;

	ck_assert_int_eq(rate_bytes_per_s(&rate, now_ms), -1);
	rate_note(&rate, now_ms, rate.done_sectors + MIB);
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
	};

	return suite_run_fixture("rate", tests, SUITE_COUNT(tests), reset, NULL);
}
