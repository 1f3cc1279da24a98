/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin writecache_detach, on the status of Linux 6.12, and on what nobody knows. */
#include "config.h"

#include "cache_removal_test.h"
#include "clock_ahead.h"

const struct lvmpolld_plugin *writecache_detach_LTX_lvmpolld_plugin(void);

enum { PHASE_CLEAN = 1, PHASE_TAKE_OFF };

#define HEAD    "0 81920 writecache "
#define COUNTED " 0 0 0 3072 0 0 0 3072 0 0 0\n"

static const struct target_case cases[] = {
	/* It is no cleaner, as far as is known: full in part, and clean. */
	{HEAD "0 10200 7128 0" COUNTED, LVMPOLLD_STEP, 0, 0, 69.88, 0},
	{HEAD "0 10200 10200 0 0 0 0 0 0 0 0 0 0 0\n", LVMPOLLD_STEP, 0, 0, 100, 0},
	{HEAD "0 10200 0 0" COUNTED, LVMPOLLD_STEP, 0, 0, 0, 0},
	/* All of it is written back, by somebody's order, and some by the kernel's own. */
	{HEAD "0 10200 7128 3072 0 0 0 0 0 0 0 0 0 0\n", LVMPOLLD_WATCH_TIMED, 0, 0, 69.88, 0},
	{HEAD "0 7650 2530 1536 0 0 5120 0 0 0 5120 0 0 0\n", LVMPOLLD_WATCH_TIMED, 0, 0, 33.07, 0},
	/* As older kernels tell it, and with one more than 6.12 counts. */
	{HEAD "0 7678 7678 0\n", LVMPOLLD_STEP, 0, 0, 100, 0},
	{HEAD "0 7678 7678 0 \n", LVMPOLLD_STEP, 0, 0, 100, 0},
	{HEAD "0 7678 7678 0 1 2 3 4 5 6 7 8 9 10 11\n", LVMPOLLD_STEP, 0, 0, 100, 0},
	/* It has failed: clean or not. */
	{HEAD "1 7650 6626 0 0 0 1280 1 0 0 1279 0 0 0\n", LVMPOLLD_WATCH_TIMED, 0, 0, -1, 1},
	{HEAD "-5 7650 7650 0" COUNTED, LVMPOLLD_WATCH_TIMED, 0, 0, -1, 1},
	/* It is off. */
	{"0 81920 linear \n", LVMPOLLD_DONE, 0, 0, -1, 0},
	{"0 40960 striped \n40960 40960 linear \n", LVMPOLLD_DONE, 0, 0, -1, 0},
	{"0 81920 raid raid1 2 AA 81920/81920 idle 0 0 -\n", LVMPOLLD_DONE, 0, 0, -1, 0},
	/* Not understood. A cache is the plugin uncache's, and that of a vdo volume a hidden one's.
	 */
	{"0 81920 cache 8 12/1280 64 0/1536 0 0 0 0 0 0 0 1 writethrough 0 smq 0 rw -\n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 vdo /dev/dm-3 normal - online online 18 256\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 error \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 40960 linear \n40960 40960 error \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 snapshot-origin \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 7678 7678 0\n81920 8 linear \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 7678 7678\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 7678 7679 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 7678 7678 7679\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 0 0 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 7678 7678 0x\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 7678 7678 0 rw\n", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(writecache_detach_LTX_lvmpolld_plugin(), &cached, &cases[_i]);
}
END_TEST

/* That of a pool, as there is no device of the volume itself: what lies below may be a cache. */
START_TEST(another_layer_proves_nothing)
{
	cache_removal_check_other_layer(
		writecache_detach_LTX_lvmpolld_plugin(), HEAD "0 7678 7678 0\n");
}
END_TEST

static struct target_reading see(const char *lines)
{
	return target_lines_read(writecache_detach_LTX_lvmpolld_plugin(), &begun, lines);
}

static void end_lvchange(int status, bool is_abort)
{
	cache_removal_end(writecache_detach_LTX_lvmpolld_plugin(), PHASE_CLEAN, status, is_abort);
}

/* The cache is a cleaner when lvchange says so, and is taken off when all blocks are free. */
START_TEST(cleaner_is_taken_off_when_clean)
{
	const struct lvmpolld_plugin *plugin = writecache_detach_LTX_lvmpolld_plugin();
	struct target_reading reading;

	cache_removal_begin(plugin);
	reading = see(HEAD "0 10200 10200 0" COUNTED);
	ck_assert_uint_eq(reading.progress.phase, PHASE_CLEAN);
	end_lvchange(5, false);
	ck_assert_uint_eq(see(HEAD "0 10200 10200 0" COUNTED).progress.phase, PHASE_CLEAN);
	end_lvchange(0, false);
	ck_assert_int_eq(see(HEAD "0 10200 7128 3072" COUNTED).verdict, LVMPOLLD_WATCH_TIMED);
	ck_assert_int_eq(see(HEAD "0 10200 10199 0" COUNTED).verdict, LVMPOLLD_WATCH_TIMED);
	ck_assert_int_eq(see(HEAD "0 10200 10200 1" COUNTED).verdict, LVMPOLLD_WATCH_TIMED);
	ck_assert_int_eq(see(HEAD "1 10200 10200 0" COUNTED).verdict, LVMPOLLD_WATCH_TIMED);
	reading = see(HEAD "0 10200 10200 0" COUNTED);
	ck_assert_int_eq(reading.verdict, LVMPOLLD_STEP);
	ck_assert_uint_eq(reading.progress.phase, PHASE_TAKE_OFF);
	/* It is aborted, or over: another start begins anew. */
	if (_i == 0) {
		end_lvchange(0, true);
	} else {
		cache_removal_close(plugin);
		cache_removal_begin(plugin);
	}
	ck_assert_uint_eq(see(HEAD "0 10200 10200 0" COUNTED).progress.phase, PHASE_CLEAN);
	cache_removal_close(plugin);
}
END_TEST

/* The option, the phase, and what is run; NULL: nothing. */
static const struct cache_removal_step steps[] = {
	{NULL, PHASE_CLEAN, NULL, "lvchange --cachesettings cleaner=1 vg/data"},
	/* By a daemon that does not know it. */
	{NULL, 0, NULL, "lvchange --cachesettings cleaner=1 vg/data"},
	{NULL, PHASE_TAKE_OFF, NULL, "lvconvert --uncache vg/data"},
	{"how=uncache", PHASE_TAKE_OFF, NULL, "lvconvert --uncache vg/data"},
	{"how=splitcache", PHASE_TAKE_OFF, NULL, "lvconvert --splitcache vg/data"},
	{"how=splitcache", PHASE_TAKE_OFF, "some.devices",
		"lvconvert --splitcache vg/data --devicesfile some.devices"},
	/* Before anything is changed. */
	{"how=remove", PHASE_CLEAN, NULL, NULL},
};

START_TEST(steps_are_built)
{
	cache_removal_check_step(writecache_detach_LTX_lvmpolld_plugin(), &steps[_i]);
}
END_TEST

/* Whatever is due; but the volume would be suspended, with the group locked, until all is written.
 */
START_TEST(abort_waits_for_what_is_written_back)
{
	const struct lvmpolld_plugin *plugin = writecache_detach_LTX_lvmpolld_plugin();
	struct lvmpolld_request request;
	char line[BUILT_LINE_SIZE];

	cache_removal_begin(plugin);
	request = begun;
	request.abort = true;
	request.phase = _i == 0 ? PHASE_CLEAN : PHASE_TAKE_OFF;
	see(HEAD "0 10200 7128 3072" COUNTED);
	ck_assert_int_eq(build_line(plugin, &request, NULL, line), -EBUSY);
	ck_assert_str_eq(line, "its cache is being written back");
	see(HEAD "0 10200 10200 0" COUNTED);
	ck_assert_int_eq(build_line(plugin, &request, NULL, line), 0);
	ck_assert_str_eq(line, "lvchange --cachesettings cleaner=0 vg/data");
	cache_removal_close(plugin);
}
END_TEST

/* The volume is deactivated: what was seen before does not hold an abort back for ever. */
START_TEST(abort_does_not_wait_for_what_was_seen_long_ago)
{
	const struct lvmpolld_plugin *plugin = writecache_detach_LTX_lvmpolld_plugin();
	struct lvmpolld_request request;
	char line[BUILT_LINE_SIZE];

	cache_removal_begin(plugin);
	request = begun;
	request.abort = true;
	see(HEAD "0 10200 7128 3072" COUNTED);
	ck_assert_int_eq(build_line(plugin, &request, NULL, line), -EBUSY);
	ahead_s += 60;
	ck_assert_int_eq(build_line(plugin, &request, NULL, line), 0);
	cache_removal_close(plugin);
}
END_TEST

START_TEST(reports_are_read)
{
	report_case_check(
		writecache_detach_LTX_lvmpolld_plugin(), &cached, &cache_removal_reports[_i]);
}
END_TEST

START_TEST(abort_of_what_is_off_fails)
{
	cache_removal_check_abort_of_off(writecache_detach_LTX_lvmpolld_plugin());
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(tables_are_read, SUITE_COUNT(cases)),
		SUITE_TEST(another_layer_proves_nothing),
		SUITE_LOOP(cleaner_is_taken_off_when_clean, 2),
		SUITE_LOOP(steps_are_built, SUITE_COUNT(steps)),
		SUITE_LOOP(abort_waits_for_what_is_written_back, 2),
		SUITE_TEST(abort_does_not_wait_for_what_was_seen_long_ago),
		SUITE_TEST(abort_of_what_is_off_fails),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(cache_removal_reports)),
	};

	return suite_run("writecache_detach", tests, SUITE_COUNT(tests));
}
