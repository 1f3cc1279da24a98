/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin raid_reshape, on tables as Linux 6.1 and 6.12 showed them, and on what nobody knows.
 */
#include "config.h"

#include <errno.h>

#include "built_line.h"
#include "loader/question.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *raid_reshape_LTX_lvmpolld_plugin(void);

/* As the plugin has them. */
enum { PHASE_REPEAT = 1, PHASE_FREE_LEGS };

static const struct lvmpolld_request reshaping = {
	.struct_size = sizeof(reshaping), .vg_name = "vg", .lv_name = "data", .interval = "15"};

/* Of an operation that has no type. */
static const struct target_case cases[] = {
	{"0 49152 raid raid5_ls 4 aaaa 4096/16384 reshape 0 0 -\n", LVMPOLLD_WATCH, 4096, 16384, 25,
		0},
	{"0 61440 raid raid5_ls 3 aaaa 0/20480 reshape 0 0 -\n", LVMPOLLD_WATCH, 0, 20480, 0, 0},
	{"0 61440 raid raid5_ls 3 aDaa 5120/20480 reshape 0 0 -\n", LVMPOLLD_WATCH, 5120, 20480, 25,
		1},
	/* The kernel has done its part. */
	{"0 49152 raid raid5_ls 4 AAAA 16384/16384 idle 0 0 -\n", LVMPOLLD_DONE, 16384, 16384, 100,
		0},
	{"0 61440 raid raid5_ls 3 AAAa 20480/20480 idle 0 2048 -\n", LVMPOLLD_STEP, 20480, 20480,
		100, 0},
	/* Something comes first, or was cut off. */
	{"0 61440 raid raid5_ls 3 ADAa 20480/20480 idle 0 2048 -\n", LVMPOLLD_WATCH, 20480, 20480,
		100, 1},
	{"0 61440 raid raid5_ls 3 AaAa 5120/20480 recover 0 2048 -\n", LVMPOLLD_WATCH, 5120, 20480,
		25, 0},
	{"0 61440 raid raid5_ls 3 AAAa 5120/20480 check 0 2048 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 61440 raid raid5_ls 3 aaaa 5120/20480 frozen 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 61440 raid raid5_ls 3 aaaa 5120/20480 idle 0 0 -\n", LVMPOLLD_WATCH, 5120, 20480, 25,
		0},
	/* lvm2 takes no leg off these. */
	{"0 61440 raid raid10 3 AAAa 20480/20480 idle 0 0 -\n", LVMPOLLD_POLL, 20480, 20480, 100,
		0},
	{"0 61440 raid raid1 1 AA 20480/20480 idle 0 0 -\n", LVMPOLLD_POLL, 20480, 20480, 100, 0},
	{"0 61440 raid raid5_ls 1 AA 20480/20480 idle 0 0 -\n", LVMPOLLD_POLL, 20480, 20480, 100,
		0},
	{"0 61440 raid raid6_zr 2 AAa 20480/20480 idle 0 0 -\n", LVMPOLLD_POLL, 20480, 20480, 100,
		0},
	/* Not understood. */
	{"0 61440 striped 3 7:0 7:1 7:2 1 AAA\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 61440 raid raid5_ls 3 AAA 20480/20480 undef 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(raid_reshape_LTX_lvmpolld_plugin(), &reshaping, &cases[_i]);
}
END_TEST

/* What is due for a type, by the table; with LINE, what is run, or why nothing is; NULL: nothing.
 */
static const struct due {
	const char *options, *table;
	enum lvmpolld_verdict verdict;
	unsigned phase;
	const char *line;
} dues[] = {
	{NULL, "0 61440 raid raid5_ls 3 AAAa 20480/20480 idle 0 2048 -\n", LVMPOLLD_STEP,
		PHASE_FREE_LEGS + 2, "lvconvert --stripes 2 vg/data"},
	{NULL, "0 61440 raid raid4 4 AAAAaa 20480/20480 idle 0 2048 -\n", LVMPOLLD_STEP,
		PHASE_FREE_LEGS + 3, "lvconvert --stripes 3 vg/data"},
	{NULL, "0 61440 raid raid6_zr 5 AAAAAa 20480/20480 idle 0 2048 -\n", LVMPOLLD_STEP,
		PHASE_FREE_LEGS + 3, "lvconvert --stripes 3 vg/data"},
	{"type=raid5", "0 61440 raid raid6_ls_6 5 AAAAA 20480/20480 idle 0 2048 -\n", LVMPOLLD_STEP,
		PHASE_REPEAT, "lvconvert --type raid5 vg/data"},
	/* What is without data is freed first. */
	{"type=raid5", "0 61440 raid raid6_ls_6 5 AAAAAa 20480/20480 idle 0 2048 -\n",
		LVMPOLLD_STEP, PHASE_FREE_LEGS + 3, "lvconvert --stripes 3 vg/data"},
	{"type=raid5", "0 61440 raid raid6_ls_6 5 aaaaa 512/20480 reshape 0 0 -\n", LVMPOLLD_WATCH,
		0, NULL},
	/* The type is reached, under the kernel's name or that which was said. */
	{"type=raid5", "0 61440 raid raid5_ls 4 AAAA 20480/20480 idle 0 0 -\n", LVMPOLLD_DONE, 0,
		NULL},
	{"type=raid6", "0 61440 raid raid6_zr 5 AAAAA 20480/20480 idle 0 0 -\n", LVMPOLLD_DONE, 0,
		NULL},
	{"type=raid5_n", "0 61440 raid raid5_n 4 AAAA 20480/20480 idle 0 0 -\n", LVMPOLLD_DONE, 0,
		NULL},
	{"type=raid6", "0 61440 raid raid5_ls 4 AAAA 20480/20480 idle 0 0 -\n", LVMPOLLD_STEP,
		PHASE_REPEAT, "lvconvert --type raid6 vg/data"},
	{"type=striped", "0 61440 striped 3 7:0 7:1 7:2 1 AAA\n", LVMPOLLD_DONE, 0, NULL},
	{"type=linear", "0 61440 linear \n", LVMPOLLD_DONE, 0, NULL},
	/* Of another type than was said nobody knows how it came to be. */
	{"type=raid5", "0 61440 linear \n", LVMPOLLD_POLL, 0, NULL},
	{"type=striped", "0 61440 error \n", LVMPOLLD_POLL, 0, NULL},
	{"type=striped", "", LVMPOLLD_POLL, 0, NULL},
	/* Another of both is not what was said. */
	{"type=linear", "0 61440 striped 3 7:0 7:1 7:2 1 AAA\n", LVMPOLLD_POLL, 0, NULL},
	{"type=striped", "0 61440 linear \n", LVMPOLLD_POLL, 0, NULL},
	{"type=striped", "0 40960 striped 2 7:0 7:1 1 AA\n40960 20480 linear \n", LVMPOLLD_POLL, 0,
		NULL},
	/* The kernel has one name where lvm2 has two. */
	{"type=raid10_near", "0 61440 raid raid10 4 AAAA 20480/20480 idle 0 0 -\n", LVMPOLLD_DONE,
		0, NULL},
	{"type=raid0_meta", "0 61440 raid raid0 3 AAA 20480/20480 idle 0 0 -\n", LVMPOLLD_DONE, 0,
		NULL},
};

START_TEST(what_is_due_is_built)
{
	const struct lvmpolld_plugin *plugin = raid_reshape_LTX_lvmpolld_plugin();
	const struct due *due = &dues[_i];
	struct lvmpolld_request request = reshaping;
	struct lvmpolld_error error = {0};
	struct target_reading reading;
	char line[BUILT_LINE_SIZE];

	ck_assert_int_eq(options_new(plugin, due->options, false, &request.options, &error), 0);
	reading = target_lines_read(plugin, &request, due->table);
	options_release(request.options);
	request.options = NULL;
	ck_assert_int_eq(reading.verdict, due->verdict);
	ck_assert_uint_eq(reading.progress.phase, due->phase);
	if (!due->line)
		return;
	request.phase = due->phase;
	ck_assert_int_eq(build_line(plugin, &request, due->options, line), 0);
	ck_assert_str_eq(line, due->line);
}
END_TEST

START_TEST(devices_file_is_named)
{
	struct lvmpolld_request request = reshaping;
	char line[BUILT_LINE_SIZE];

	request.phase = PHASE_FREE_LEGS + 2;
	request.devices_file = "some.devices";
	ck_assert_int_eq(build_line(raid_reshape_LTX_lvmpolld_plugin(), &request, NULL, line), 0);
	ck_assert_str_eq(line, "lvconvert --stripes 2 vg/data --devicesfile some.devices");
}
END_TEST

START_TEST(nothing_is_run_without_a_phase)
{
	char line[BUILT_LINE_SIZE];

	ck_assert_int_eq(
		build_line(raid_reshape_LTX_lvmpolld_plugin(), &reshaping, "type=raid5", line),
		-EOPNOTSUPP);
}
END_TEST

/* A table of another layer proves nothing of the volume. */
START_TEST(another_layer_proves_nothing)
{
	struct lvmpolld_request request = reshaping;

	request.other_layer = true;
	ck_assert_int_eq(target_lines_read(raid_reshape_LTX_lvmpolld_plugin(), &request,
				 "0 61440 raid raid5_ls 3 AAAa 20480/20480 idle 0 2048 -\n")
				 .verdict,
		LVMPOLLD_POLL);
}
END_TEST

/* As lvm2 2.03.16 and 2.03.31 ask; what takes data away is not answered. */
static const struct {
	const char *text;
	bool is_answered;
} questions[] = {
	{"Are you sure you want to convert raid6 LV vg/data?", true},
	{"Are you sure you want to convert raid6_ls_6 LV vg/data to raid5_ls type?", true},
	{"Are you sure you want to convert raid5_n LV vg/data to striped type?", true},
	{"Are you sure you want to convert raid1 LV vg/data to type linear losing all resilience?",
		false},
	{"Are you sure you want to convert raid5 LV vg/data to type linear losing all resilience?",
		false},
	{"Are you sure you want to convert raid1 LV vg/data to 2 images reducing resilience?",
		false},
	{"Are you sure you want to convert raid1 LV vg/data to raid5 type?", false},
	{"Are you sure you want to remove 1 images from raid5 LV vg/data?", false},
	{"Are you sure you want to add 1 images to raid5 LV vg/data?", false},
	{"Do you really want to convert vg/data?", false},
	{"", false},
};

START_TEST(questions_about_the_type_are_answered)
{
	const struct asked asked = {questions[_i].text, strlen(questions[_i].text)};

	ck_assert_int_eq(!!question_find(raid_reshape_LTX_lvmpolld_plugin()->questions, "lvconvert",
				 PHASE_REPEAT, &asked),
		questions[_i].is_answered);
}
END_TEST

/* Legs without data hold nothing that anybody could lose, and nothing is asked. */
START_TEST(nothing_else_is_answered_where_legs_are_freed)
{
	const struct asked asked = {questions[0].text, strlen(questions[0].text)};

	ck_assert_ptr_null(question_find(raid_reshape_LTX_lvmpolld_plugin()->questions, "lvconvert",
		PHASE_FREE_LEGS + 2, &asked));
}
END_TEST

static const struct {
	const char *options;
	bool is_good;
} starts[] = {
	{NULL, true},
	{"type=same", true},
	{"type=raid5", true},
	{"type=raid6_n_6", true},
	{"type=linear", true},
	{"type=raid-5", false},
	{"type=raid99", false},
	{"type=thin", false},
};

START_TEST(types_are_checked_when_root_starts_it)
{
	const struct lvmpolld_plugin *plugin = raid_reshape_LTX_lvmpolld_plugin();
	struct lvmpolld_request request = reshaping;
	struct lvmpolld_error error = {0};

	ck_assert_int_eq(
		options_new(plugin, starts[_i].options, true, &request.options, &error), 0);
	ck_assert_int_eq(plugin->check_start(&request, &error), starts[_i].is_good ? 0 : -EINVAL);
	options_release(request.options);
	if (starts[_i].is_good)
		return;
	ck_assert_ptr_nonnull(strstr(error.sentence, strchr(starts[_i].options, '=') + 1));
	ck_assert_ptr_nonnull(strstr(error.sentence, "must be one of lvconvert's types"));
}
END_TEST

static const struct findings_case findings[] = {
	{"0 61440 raid raid5_ls 3 ADAa 20480/20480 idle 0 2048 -\n", "leg_1_failed=1"},
	{"0 61440 raid raid5_ls 3 AAAa 20480/20480 idle 0 2048 -\n", ""},
	{"0 61440 linear \n", ""},
};

START_TEST(findings_are_read)
{
	findings_case_check(raid_reshape_LTX_lvmpolld_plugin(), &reshaping, &findings[_i]);
}
END_TEST

static const struct report_case reports[] = {
	{REPORT_ROWS("LVM2_LV_ATTR='rwi-a-r-R-'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---r---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-------'"), LVMPOLLD_STANDING_FAILED},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---u---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(raid_reshape_LTX_lvmpolld_plugin(), &reshaping, &reports[_i]);
}
END_TEST

/* What is not RAID any more is that which was asked for: its table proves it, not the report. */
START_TEST(report_of_the_wanted_type_is_no_failure)
{
	const struct lvmpolld_plugin *plugin = raid_reshape_LTX_lvmpolld_plugin();
	static const struct report_case plain = {
		REPORT_ROWS("LVM2_LV_ATTR='-wi-------'"), LVMPOLLD_STANDING_CANNOT_TELL};
	static const struct report_case gone = {REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED};
	struct lvmpolld_request request = reshaping;
	struct lvmpolld_error error = {0};

	ck_assert_int_eq(options_new(plugin, "type=striped", false, &request.options, &error), 0);
	report_case_check(plugin, &request, &plain);
	report_case_check(plugin, &request, &gone);
	options_release(request.options);
}
END_TEST

static const struct discovery_case discoveries[] = {
	{"data", "", "0 61440 raid raid5_ls 3 aaaa 0/20480 reshape 0 0 -\n", true},
	{"data", "real", "0 49152 raid raid5_ls 4 aaaa 0/16384 reshape 0 0 -\n", true},
	/* Nobody has called lvm2 again. */
	{"data", "", "0 61440 raid raid5_ls 3 AAAa 20480/20480 idle 0 2048 -\n", true},
	{"data", "", "0 61440 raid raid10 3 AAAa 20480/20480 idle 0 0 -\n", false},
	{"snap", "cow", "0 61440 raid raid5_ls 3 aaaa 0/20480 reshape 0 0 -\n", false},
	{"data", "", "0 49152 raid raid5_ls 4 AAAA 16384/16384 idle 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 Aa 0/49152 recover 0 0 -\n", false},
	{"data", "", NULL, false},
};

START_TEST(only_what_is_under_way_is_discovered)
{
	discovery_case_check(raid_reshape_LTX_lvmpolld_plugin(), &discoveries[_i]);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(tables_are_read, SUITE_COUNT(cases)),
		SUITE_LOOP(what_is_due_is_built, SUITE_COUNT(dues)),
		SUITE_TEST(devices_file_is_named),
		SUITE_TEST(nothing_is_run_without_a_phase),
		SUITE_TEST(another_layer_proves_nothing),
		SUITE_LOOP(questions_about_the_type_are_answered, SUITE_COUNT(questions)),
		SUITE_TEST(nothing_else_is_answered_where_legs_are_freed),
		SUITE_LOOP(types_are_checked_when_root_starts_it, SUITE_COUNT(starts)),
		SUITE_LOOP(findings_are_read, SUITE_COUNT(findings)),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(reports)),
		SUITE_TEST(report_of_the_wanted_type_is_no_failure),
		SUITE_LOOP(only_what_is_under_way_is_discovered, SUITE_COUNT(discoveries)),
	};

	return suite_run("raid_reshape", tests, SUITE_COUNT(tests));
}
