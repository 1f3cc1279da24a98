/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the log tells of how far an operation has come. */
#include "config.h"

#include "log_fixture.h"
#include "operation/progress_log.h"
#include "operation_fixture.h"
#include "suite.h"

/* Sectors. */
#define TOTAL ((uint64_t)1 << 40)

static struct devices devices;
static struct device *device;

static void set_up_all(void)
{
	struct terms *terms = fixture_terms(1, 1);

	set_up();
	configure(LOG_LEVEL_NOTICE, LOG_TARGET_STDERR);
	ck_assert_int_eq(devices_init(&devices), 0);
	device = devices_get(&devices, terms);
	ck_assert_ptr_nonnull(device);
	terms_release(terms);
}

static void tear_down_all(void)
{
	devices_remove(&devices, device);
	devices_destroy(&devices);
	tear_down();
}

/* The progress of the device is this now. Returns what the log says of it. */
static const char *note(double percent, uint64_t sectors)
{
	struct lvmpolld_progress former;

	device_lock(device);
	former = device->progress;
	device->progress.percent = percent;
	device->progress.done_sectors = sectors;
	device->progress.total_sectors = sectors ? 100 * 2048 : 0;
	progress_log_quarter(device, &former, 1000);
	device_unlock(device);
	return received(pipe_end);
}

START_TEST(each_quarter_has_one_line)
{
	ck_assert_str_eq(note(0, 2), "");
	ck_assert_str_eq(note(24.9, 49 * 1024), "");
	ck_assert_str_eq(note(25, 50 * 1024),
		"lvmpolld: notice: vg1/lv1 (fixture): 25 % done: 25.0 MiB of 100.0 MiB\n");
	ck_assert_str_eq(note(26, 52 * 1024), "");
	ck_assert_str_eq(note(24, 48 * 1024), "");
	ck_assert_str_eq(note(26, 52 * 1024), "");
	ck_assert_ptr_nonnull(strstr(note(80, 160 * 1024), ": 80 % done: 80.0 MiB of"));
	ck_assert_str_eq(note(100, 200 * 1024), "");
}
END_TEST

/* A daemon that goes on with what another one has begun. */
START_TEST(what_was_there_at_the_first_look_is_no_news)
{
	ck_assert_str_eq(note(60, 0), "");
	ck_assert_str_eq(note(70, 0), "");
	ck_assert_str_eq(note(75, 0), "lvmpolld: notice: vg1/lv1 (fixture): 75 % done\n");
}
END_TEST

START_TEST(speed_and_time_left_are_told_where_they_are_known)
{
	note(0, 1);
	device_lock(device);
	for (int i = 0; i < 6; i++)
		rate_note(&device->rate, 1000 + i * 3000,
			(struct extent){(uint64_t)i * 3 * 2048, TOTAL, true});
	device_unlock(device);
	ck_assert_ptr_nonnull(strstr(note(50, 100 * 1024),
		": 50 % done: 50.0 MiB of 100.0 MiB, 1.0 MiB a second, 50.0 s left\n"));
}
END_TEST

/* A look at SECONDS has shown so much. Returns what the log says of it. */
static const char *look_at(int64_t seconds, uint64_t sectors)
{
	device_lock(device);
	rate_note(&device->rate, seconds * 1000, (struct extent){sectors, TOTAL, true});
	progress_log_stall(device, seconds * 1000);
	device_unlock(device);
	return received(pipe_end);
}

START_TEST(standing_still_is_told_once_and_its_end)
{
	int64_t now = 100;

	ck_assert_str_eq(look_at(now, 8), "");
	while (now < 100 + PROGRESS_STALL_S - 30)
		ck_assert_str_eq(look_at(now += 30, 8), "");
	ck_assert_str_eq(look_at(now += 30, 8), "lvmpolld: warn: vg1/lv1 (fixture): stands still: "
						"no progress for 10 min 00 s\n");
	ck_assert_str_eq(look_at(now += 30, 8), "");
	ck_assert_str_eq(look_at(now += 30, 16),
		"lvmpolld: notice: vg1/lv1 (fixture): moves again, after 11 min 00 s\n");
	ck_assert_str_eq(look_at(now + 30, 24), "");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(each_quarter_has_one_line),
		SUITE_TEST(what_was_there_at_the_first_look_is_no_news),
		SUITE_TEST(speed_and_time_left_are_told_where_they_are_known),
		SUITE_TEST(standing_still_is_told_once_and_its_end),
	};

	return suite_run_fixture(
		"progress_log", tests, SUITE_COUNT(tests), set_up_all, tear_down_all);
}
