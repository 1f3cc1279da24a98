/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin uncache, on tables as Linux 6.12 showed them, and on what nobody knows. */
#include "config.h"

#include "loader/options.h"
#include "process/arguments.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *uncache_LTX_lvmpolld_plugin(void);

enum { PHASE_CLEAN, PHASE_TAKE_OFF };

static const struct lvmpolld_request cached = {.struct_size = sizeof(cached),
	.vg_name = "vg",
	.lv_name = "data",
	.lvid = "lvid",
	.interval = "15"};

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
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = cached;

	request.other_layer = true;
	ck_assert_int_eq(
		target_lines_read(plugin, &request, "0 131072 linear \n").verdict, LVMPOLLD_POLL);
	ck_assert_int_eq(
		target_lines_read(plugin, &request, HEAD "0" TAIL "cleaner 0 rw -\n").verdict,
		LVMPOLLD_POLL);
}
END_TEST

/* An operation, with what is kept of it. */
static struct lvmpolld_request begun;

static void begin(void)
{
	begun = cached;
	begun.handle = uncache_LTX_lvmpolld_plugin()->open(&cached);
	ck_assert_ptr_nonnull(begun.handle);
}

static void end(void)
{
	uncache_LTX_lvmpolld_plugin()->close(begun.handle);
}

static struct target_reading see(const char *lines)
{
	return target_lines_read(uncache_LTX_lvmpolld_plugin(), &begun, lines);
}

static void end_command(unsigned phase, int status, bool is_abort)
{
	const struct lvmpolld_exit ended = {.struct_size = sizeof(ended), .status = status};
	struct lvmpolld_request request = begun;

	request.phase = phase;
	request.abort = is_abort;
	ck_assert_int_eq(uncache_LTX_lvmpolld_plugin()->read_exit(&request, &ended, &no_progress),
		LVMPOLLD_FINISHED);
}

/* As lvm2 2.03.16 leaves that of a cachevol: neither is it changed again, nor is more written back.
 */
START_TEST(policy_that_stays_is_waited_for)
{
	struct target_reading reading;

	begin();
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
		end();
		begin();
	}
	reading = see(HEAD "0" TAIL "smq 0 rw -\n");
	ck_assert_uint_eq(reading.progress.phase, PHASE_CLEAN);
	end();
}
END_TEST

/* Where nothing could be kept lvchange may be run once more, and nothing is taken off that may be dirty. */
START_TEST(policy_is_changed_again_where_nothing_is_kept)
{
	begun = cached;
	end_command(PHASE_CLEAN, 0, false);
	ck_assert_uint_eq(see(HEAD "0" TAIL "smq 0 rw -\n").progress.phase, PHASE_CLEAN);
}
END_TEST

/* The option, what is due, and what is run; NULL: nothing. */
static const struct {
	const char *options;
	const char *lines;
	const char *devices_file;
	const char *command;
} steps[] = {
	{NULL, HEAD "768" TAIL "smq 0 rw -\n", NULL, "lvchange --cachepolicy cleaner vg/data"},
	{NULL, HEAD "0" TAIL "cleaner 0 rw -\n", NULL, "lvconvert --uncache vg/data"},
	{"how=uncache", HEAD "0" WRITETHROUGH "smq 0 rw -\n", NULL, "lvconvert --uncache vg/data"},
	/* Nothing is dirty by now, but what is written while lvconvert waits for the lock would be.
	 */
	{NULL, HEAD "0" TAIL "smq 0 rw -\n", NULL, "lvchange --cachepolicy cleaner vg/data"},
	{"how=splitcache", HEAD "0" TAIL "cleaner 0 rw -\n", NULL,
		"lvconvert --splitcache vg/data"},
	{"how=splitcache", HEAD "0" TAIL "cleaner 0 rw -\n", "some.devices",
		"lvconvert --splitcache vg/data --devicesfile some.devices"},
	/* Before anything is changed. */
	{"how=remove", HEAD "768" TAIL "smq 0 rw -\n", NULL, NULL},
};

/* Whatever is due. */
START_TEST(abort_brings_the_policy_back)
{
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = cached;
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error = {0};

	request.abort = true;
	request.phase = PHASE_TAKE_OFF;
	ck_assert_int_eq(
		options_new(plugin, _i == 1 ? "policy=mq" : NULL, false, &request.options, &error),
		0);
	ck_assert_int_eq(plugin->build_arguments(&request, &arguments, &error), 0);
	ck_assert_uint_eq(arguments.count, 4);
	ck_assert_str_eq(arguments.list[1], "--cachepolicy");
	ck_assert_str_eq(arguments.list[2], _i == 1 ? "mq" : "smq");
	arguments_clear(&arguments);
	options_release(request.options);
}
END_TEST

START_TEST(steps_are_built)
{
	const struct lvmpolld_plugin *plugin = uncache_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = cached;
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error = {0};
	char line[200] = "";
	int result;

	request.devices_file = steps[_i].devices_file;
	request.phase = target_lines_read(plugin, &cached, steps[_i].lines).progress.phase;
	ck_assert_int_eq(
		options_new(plugin, steps[_i].options, false, &request.options, &error), 0);
	result = plugin->build_arguments(&request, &arguments, &error);
	for (size_t i = 0; i < arguments.count; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", i ? " " : "",
			arguments.list[i]);
	if (steps[_i].command) {
		ck_assert_int_eq(result, 0);
		ck_assert_str_eq(line, steps[_i].command);
	} else {
		ck_assert_int_lt(result, 0);
		ck_assert_str_eq(error.sentence, "the option how must be uncache or splitcache");
	}
	arguments_clear(&arguments);
	options_release(request.options);
}
END_TEST

/* What lvm2 2.03.16 and 2.03.31 say of the volume. */
static const struct report_case reports[] = {
	{REPORT_ROWS("LVM2_LV_ATTR='Cwi-aoC---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='Cwi---C---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(uncache_LTX_lvmpolld_plugin(), &cached, &reports[_i]);
}
END_TEST

START_TEST(abort_of_what_is_off_fails)
{
	static const struct report_case off = {
		REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----'"), LVMPOLLD_STANDING_FAILED};
	struct lvmpolld_request request = cached;

	request.abort = true;
	report_case_check(uncache_LTX_lvmpolld_plugin(), &request, &off);
	report_case_check(uncache_LTX_lvmpolld_plugin(), &request, &reports[0]);
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
		SUITE_LOOP(abort_brings_the_policy_back, 2),
		SUITE_TEST(abort_of_what_is_off_fails),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(reports)),
	};

	return suite_run("uncache", tests, SUITE_COUNT(tests));
}
