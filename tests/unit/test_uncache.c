/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin uncache, on tables as Linux 6.12 showed them, and on what nobody knows. */
#include "config.h"

#include "cache_removal_test.h"

const struct lvmpolld_plugin *uncache_LTX_lvmpolld_plugin(void);

enum { PHASE_CLEAN = 1, PHASE_TAKE_OFF };

#define HEAD "0 131072 cache 8 12/1280 64 768/1536 0 0 0 0 0 768 "
#define TAIL " 2 metadata2 writeback 2 migration_threshold 2048 "

#define WRITETHROUGH " 2 metadata2 writethrough 2 migration_threshold 2048 "

static const struct target_case cases[] = {
	/* Blocks of 32 KiB are dirty, and are written back. */
	{HEAD "768" TAIL "smq 0 rw -\n", LVMPOLLD_STEP, 0, 49152, 0, 0},
	{HEAD "576" TAIL "cleaner 0 rw -\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{HEAD "1" TAIL "cleaner 0 rw - \n", LVMPOLLD_WATCH, 49088, 49152, 99.87, 0},
	{HEAD "0" TAIL "cleaner 0 rw -\n", LVMPOLLD_STEP, 49152, 49152, 100, 0},
	/* As an old policy, lvm2's way of that time, and a kernel that tells no health show it. */
	{HEAD "0" TAIL "mq 10 random_threshold 0 sequential_threshold 0 "
	      "discard_promote_adjustment 0 read_promote_adjustment 0 write_promote_adjustment 0 "
	      "rw - \n",
		LVMPOLLD_STEP, 49152, 49152, 100, 0},
	{"0 131072 cache 8 12/1280 64 0/1536 0 0 0 0 0 0 0 1 writethrough 0 smq 0 rw\n",
		LVMPOLLD_STEP, 0, 0, 100, 0},
	/* It has failed: nothing is known of what it had, or may be written. */
	{"0 131072 cache Fail\n", LVMPOLLD_WATCH_TIMED, 0, 0, -1, 1},
	{"0 131072 cache Error\n", LVMPOLLD_WATCH_TIMED, 0, 0, -1, 1},
	{HEAD "0" TAIL "cleaner 0 ro -\n", LVMPOLLD_WATCH_TIMED, 0, 0, -1, 1},
	{HEAD "0" TAIL "cleaner 0 rw needs_check\n", LVMPOLLD_WATCH_TIMED, 0, 0, -1, 1},
	/* It is off. */
	{"0 131072 linear \n", LVMPOLLD_DONE, 0, 0, -1, 0},
	{"0 65536 striped \n65536 65536 linear \n", LVMPOLLD_DONE, 0, 0, -1, 0},
	{"0 131072 raid raid1 2 AA 131072/131072 idle 0 0 -\n", LVMPOLLD_DONE, 0, 0, -1, 0},
	/* Not understood. The cache of a vdo volume is a hidden volume's. */
	{"0 131072 vdo /dev/dm-3 normal - online online 18 256\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 error \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 65536 linear \n65536 65536 error \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 snapshot-origin \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 thin-pool 1 5/3072 0/2048 - rw discard_passdown queue_if_no_space - 1024\n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 writecache 0 7678 7678 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0" TAIL "smq 0 rw -\n131072 8 linear \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 cache \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 cache 8 12/1280 64 768/1536 0 0 0 0 0 768\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "769" TAIL "smq 0 rw -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 131072 cache 8 12/1280 64 1537/1536 0 0 0 0 0 0 0" TAIL "smq 0 rw -\n", LVMPOLLD_POLL,
		0, 0, -1, 0},
	{"0 131072 cache 8 12/1280 0 768/1536 0 0 0 0 0 0 0" TAIL "smq 0 rw -\n", LVMPOLLD_POLL, 0,
		0, -1, 0},
	{"0 131072 cache 8 12/1280 9223372036854775807 1/2 0 0 0 0 0 0 0" TAIL "smq 0 rw -\n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0" TAIL "smq 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0" TAIL "smq 0 rx -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0" TAIL "smq 0 rw other\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{HEAD "0 9 metadata2 writeback 2 migration_threshold 2048 smq 0 rw -\n", LVMPOLLD_POLL, 0,
		0, -1, 0},
	{HEAD "0 x metadata2 writeback 2 migration_threshold 2048 smq 0 rw -\n", LVMPOLLD_POLL, 0,
		0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(uncache_LTX_lvmpolld_plugin(), &cached, &cases[_i]);
}
END_TEST

/* That of a pool, as there is no device of the volume itself: what lies below may be a cache. */
START_TEST(another_layer_proves_nothing)
{
	cache_removal_check_other_layer(
		uncache_LTX_lvmpolld_plugin(), HEAD "0" TAIL "cleaner 0 rw -\n");
}
END_TEST

static struct target_reading see(const char *lines)
{
	return target_lines_read(uncache_LTX_lvmpolld_plugin(), &begun, lines);
}

static void end_command(unsigned phase, int status, bool is_abort)
{
	cache_removal_end(uncache_LTX_lvmpolld_plugin(), phase, status, is_abort);
}

/* As lvm2 2.03.16 leaves that of a cachevol: neither is it changed again, nor is more written back.
 */
START_TEST(policy_that_stays_is_waited_for)
{
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct target_reading reading;

	cache_removal_begin(plugin);
	end_command(PHASE_CLEAN, 5, false);
	ck_assert_int_eq(see(HEAD "768" TAIL "smq 0 rw -\n").verdict, LVMPOLLD_STEP);
	end_command(PHASE_CLEAN, 0, false);
	ck_assert_int_eq(see(HEAD "768" TAIL "smq 0 rw -\n").verdict, LVMPOLLD_WATCH_TIMED);
	reading = see(HEAD "0" TAIL "smq 0 rw -\n");
	ck_assert_int_eq(reading.verdict, LVMPOLLD_STEP);
	ck_assert_uint_eq(reading.progress.phase, PHASE_TAKE_OFF);
	/* The kernel has taken it over after all, or the operation is aborted, or another one. */
	if (_i == 0) {
		see(HEAD "768" TAIL "cleaner 0 rw -\n");
	} else if (_i == 1) {
		end_command(PHASE_CLEAN, 0, true);
	} else {
		cache_removal_close(plugin);
		cache_removal_begin(plugin);
	}
	reading = see(HEAD "0" TAIL "smq 0 rw -\n");
	ck_assert_uint_eq(reading.progress.phase, PHASE_CLEAN);
	cache_removal_close(plugin);
}
END_TEST

/* Where nothing could be kept lvchange may be run once more, and nothing is taken off that may be
 * dirty. */
START_TEST(policy_is_changed_again_where_nothing_is_kept)
{
	begun = cached;
	end_command(PHASE_CLEAN, 0, false);
	ck_assert_uint_eq(see(HEAD "0" TAIL "smq 0 rw -\n").progress.phase, PHASE_CLEAN);
}
END_TEST

/* The phase that is due by LINES, and what is run in it. */
static const struct {
	const char *lines;
	struct cache_removal_step step;
} steps[] = {
	{HEAD "768" TAIL "smq 0 rw -\n",
		{NULL, PHASE_CLEAN, NULL, "lvchange --cachepolicy cleaner vg/data"}},
	{HEAD "0" TAIL "cleaner 0 rw -\n",
		{NULL, PHASE_TAKE_OFF, NULL, "lvconvert --uncache vg/data"}},
	{HEAD "0" WRITETHROUGH "smq 0 rw -\n",
		{"how=uncache", PHASE_TAKE_OFF, NULL, "lvconvert --uncache vg/data"}},
	/* Nothing is dirty by now, but what is written while lvconvert waits for the lock would be.
	 */
	{HEAD "0" TAIL "smq 0 rw -\n",
		{NULL, PHASE_CLEAN, NULL, "lvchange --cachepolicy cleaner vg/data"}},
	{HEAD "0" TAIL "cleaner 0 rw -\n",
		{"how=splitcache", PHASE_TAKE_OFF, NULL, "lvconvert --splitcache vg/data"}},
	{HEAD "0" TAIL "cleaner 0 rw -\n",
		{"how=splitcache", PHASE_TAKE_OFF, "some.devices",
			"lvconvert --splitcache vg/data --devicesfile some.devices"}},
	/* Before anything is changed. */
	{HEAD "768" TAIL "smq 0 rw -\n", {"how=remove", PHASE_CLEAN, NULL, NULL}},
};

START_TEST(steps_are_built)
{
	begun = cached;
	ck_assert_uint_eq(see(steps[_i].lines).progress.phase, steps[_i].step.phase);
	cache_removal_check_step(uncache_LTX_lvmpolld_plugin(), &steps[_i].step);
}
END_TEST

#define MQ(SETTINGS) HEAD "768 2 metadata2 writeback " SETTINGS " rw -\n"

/* What the table shows before it is changed, by the options of the start, and what an abort runs.
 */
static const struct {
	const char *given;
	const char *lines;
	const char *line;
} aborts[] = {
	{NULL, HEAD "768" TAIL "smq 0 rw -\n", "lvchange --cachepolicy smq vg/data"},
	{NULL, HEAD "768" TAIL "mq 0 rw -\n", "lvchange --cachepolicy mq vg/data"},
	{NULL, MQ("2 migration_threshold 4096 smq 0"),
		"lvchange --cachepolicy smq --cachesettings migration_threshold=4096 vg/data"},
	{NULL, MQ("2 migration_threshold 4096 mq 4 random_threshold 8 sequential_threshold 0"),
		"lvchange --cachepolicy mq --cachesettings migration_threshold=4096 "
		"--cachesettings "
		"random_threshold=8 --cachesettings sequential_threshold=0 vg/data"},
	{NULL, MQ("2 migration_threshold 2048 mq 2 random_threshold 8"),
		"lvchange --cachepolicy mq --cachesettings random_threshold=8 vg/data"},
	{NULL, MQ("2 migration_threshold 2048 mq 4 random_threshold 0 sequential_threshold 0"),
		"lvchange --cachepolicy mq vg/data"},
	{NULL, MQ("0 mq 0"), "lvchange --cachepolicy mq vg/data"},
	/* lvm2 gives a cache with large blocks another threshold. */
	{NULL,
		"0 131072 cache 8 12/1280 2048 9/15 0 0 0 0 0 9 9 1 writeback 2 "
		"migration_threshold "
		"16384 smq 0 rw -\n",
		"lvchange --cachepolicy smq vg/data"},
	/* What the start says counts more; a policy's settings are of no use to another one. */
	{"policy=mq", MQ("2 migration_threshold 4096 smq 2 hotspots 8"),
		"lvchange --cachepolicy mq --cachesettings migration_threshold=4096 vg/data"},
	{"settings=none", MQ("2 migration_threshold 4096 mq 0"),
		"lvchange --cachepolicy mq vg/data"},
	{"settings=migration_threshold=8192", MQ("2 migration_threshold 4096 mq 0"),
		"lvchange --cachepolicy mq --cachesettings migration_threshold=8192 vg/data"},
	/* Nobody knows what it had. */
	{NULL, HEAD "768" TAIL "cleaner 0 rw -\n", "lvchange --cachepolicy smq vg/data"},
	{"policy=mq", HEAD "768" TAIL "cleaner 0 rw -\n", "lvchange --cachepolicy mq vg/data"},
};

/* Whatever is due, and whoever reads the record. */
START_TEST(abort_brings_the_policy_back)
{
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = cached;
	struct lvmpolld_error error;
	char line[BUILT_LINE_SIZE];

	ck_assert_int_eq(options_new(plugin, aborts[_i].given, true, &request.options, &error), 0);
	target_lines_read(plugin, &request, aborts[_i].lines);
	/* lvchange has run. */
	target_lines_read(plugin, &request, HEAD "576" TAIL "cleaner 0 rw -\n");
	request.abort = true;
	request.phase = PHASE_TAKE_OFF;
	ck_assert_int_eq(build_line(plugin, &request, options_text(request.options), line), 0);
	ck_assert_str_eq(line, aborts[_i].line);
	options_release(request.options);
}
END_TEST

START_TEST(first_policy_is_the_former_one)
{
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = cached;
	struct lvmpolld_error error;

	ck_assert_int_eq(options_new(plugin, NULL, true, &request.options, &error), 0);
	target_lines_read(plugin, &request, MQ("2 migration_threshold 4096 mq 0"));
	target_lines_read(plugin, &request, HEAD "576" TAIL "cleaner 0 rw -\n");
	/* Somebody else has changed it meanwhile. */
	target_lines_read(plugin, &request, HEAD "768" TAIL "smq 0 rw -\n");
	ck_assert_str_eq(options_text(request.options),
		"how=uncache policy=mq settings=migration_threshold=4096");
	options_release(request.options);
}
END_TEST

static const struct {
	const char *given;
	int result;
} starts[] = {
	{NULL, 0},
	{"settings=none", 0},
	{"settings=a=1,b=2", 0},
	{"settings=4096", -EINVAL},
	{"settings=a=1,", -EINVAL},
	{"settings=a=,,b=", -EINVAL},
	{"settings=a=,b=,c=,d=,e=,f=,g=,h=,i=,j=,k=,l=,m=,n=,o=,p=", 0},
	{"settings=a=,b=,c=,d=,e=,f=,g=,h=,i=,j=,k=,l=,m=,n=,o=,p=,q=", -EINVAL},
	{"how=remove", -EINVAL},
};

START_TEST(start_is_checked)
{
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = cached;
	struct lvmpolld_error error;

	ck_assert_int_eq(options_new(plugin, starts[_i].given, true, &request.options, &error), 0);
	ck_assert_int_eq(plugin->check_start(&request, &error), starts[_i].result);
	options_release(request.options);
}
END_TEST

START_TEST(reports_are_read)
{
	report_case_check(uncache_LTX_lvmpolld_plugin(), &cached, &cache_removal_reports[_i]);
}
END_TEST

START_TEST(abort_of_what_is_off_fails)
{
	cache_removal_check_abort_of_off(uncache_LTX_lvmpolld_plugin());
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(tables_are_read, SUITE_COUNT(cases)),
		SUITE_TEST(another_layer_proves_nothing),
		SUITE_LOOP(policy_that_stays_is_waited_for, 3),
		SUITE_TEST(policy_is_changed_again_where_nothing_is_kept),
		SUITE_LOOP(steps_are_built, SUITE_COUNT(steps)),
		SUITE_LOOP(abort_brings_the_policy_back, SUITE_COUNT(aborts)),
		SUITE_TEST(first_policy_is_the_former_one),
		SUITE_LOOP(start_is_checked, SUITE_COUNT(starts)),
		SUITE_TEST(abort_of_what_is_off_fails),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(cache_removal_reports)),
	};

	return suite_run("uncache", tests, SUITE_COUNT(tests));
}
