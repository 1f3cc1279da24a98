/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin merge, on tables as a kernel showed them during merges by lvm2 2.03.16. */
#include "config.h"

#include "loader/check.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *merge_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request merging = {
	.struct_size = sizeof(merging), .vg_name = "vg", .lv_name = "o", .interval = "15"};

static const struct target_case cases[] = {
	/* The metadata shrinks along with the data. */
	{"0 368640 snapshot-merge 234400/327680 920\n", LVMPOLLD_WATCH_TIMED, 93280, 327680, 28.47,
		0},
	{"0 368640 snapshot-merge 76088/327680 304\n", LVMPOLLD_WATCH_TIMED, 251592, 327680, 76.78,
		0},
	{"0 368640 snapshot-merge 37024/327680 152\n", LVMPOLLD_WATCH_TIMED, 290656, 327680, 88.70,
		0},
	{"0 368640 snapshot-merge 24/327680 16\n", LVMPOLLD_WATCH_TIMED, 327656, 327680, 99.99, 0},
	{"0 368640 snapshot-merge 16/327680 16\n", LVMPOLLD_STEP, 327680, 327680, 100, 0},
	{"0 368640 snapshot-merge 327680/327680 1216\n", LVMPOLLD_WATCH_TIMED, 0, 327680, 0, 0},
	/* Broken: lvm2 has to decide. */
	{"0 81920 snapshot-merge Invalid\n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"0 81920 snapshot-merge Merge failed\n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"0 81920 snapshot-merge Overflow\n", LVMPOLLD_STEP, 0, 0, -1, 0},
	/* The origin was in use: its merge begins when it is activated. */
	{"0 81920 snapshot-origin \n", LVMPOLLD_STEP, 0, 0, -1, 0},
	/* Over. */
	{"0 81920 linear \n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"", LVMPOLLD_STEP, 0, 0, -1, 0},
	/* An old kernel, that does not tell where the end is. */
	{"0 81920 snapshot-merge 4112/81920\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	/* Garbage. */
	{"0 81920 snapshot-merge \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 snapshot-merge garbage\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 snapshot-merge Unknown\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 snapshot-merge 8/40960 16\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 snapshot-merge 40968/40960 16\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 snapshot-merge 0/0 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(merge_LTX_lvmpolld_plugin(), &merging, &cases[_i]);
}
END_TEST

/* As lvm2 2.03.16 to 2.03.40 print them. */
static const struct report_case reports[] = {
	/* Data goes back, and all of it is back, before the step. */
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-a-s---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='' LVM2_LV_SNAPSHOT_INVALID='' LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* It waits for the next activation, in use and inactive. */
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-aos---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='Owi---s---' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* Suspended. */
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-s-s---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* Over, and with another snapshot. */
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	{REPORT_ROWS("LVM2_LV_ATTR='owi-a-s---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-------' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	/* A disk has failed in the merge; the snapshot was full before it began. */
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-m-s---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='merge failed' LVM2_LV_SNAPSHOT_INVALID='' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_FAILED},
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-m-s-p-' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='merge failed' LVM2_LV_SNAPSHOT_INVALID='' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_FAILED},
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-I-s---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='merging' "
		     "LVM2_LV_MERGE_FAILED='' LVM2_LV_SNAPSHOT_INVALID='snapshot invalid' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_FAILED},
	/* What nobody knows. */
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-a-s---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='1' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-a-s---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	/* Removed. */
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(merge_LTX_lvmpolld_plugin(), &merging, &reports[_i]);
}
END_TEST

static const struct claim_case claims[] = {
	{"o", "", "o_s", "0 8192 snapshot-merge 253:3 253:4 P 8\n", true},
	{"o", "real", NULL, "0 8192 snapshot-merge 253:3 253:4 P 8\n", false},
	{"o", "", NULL, "0 8192 snapshot-origin 253:3\n", false},
	{"s", "", NULL, "0 8192 snapshot 253:3 253:4 P 8\n", false},
	{"o", "", NULL, "0 8192 linear 253:3 0\n8192 8192 snapshot-merge 253:3 253:4 P 8\n", false},
	{"o", "", NULL, "", false},
};

START_TEST(only_what_is_surely_one_is_claimed)
{
	claim_case_check(merge_LTX_lvmpolld_plugin(), &claims[_i]);
}
END_TEST

START_TEST(plugin_is_what_lvm2_asks_for)
{
	const struct lvmpolld_plugin *plugin = merge_LTX_lvmpolld_plugin();
	struct lvmpolld_error error = {0};

	ck_assert_msg(plugin_check_fields(plugin, "merge", &error) == 0, "%s", error.sentence);
	ck_assert_str_eq(plugin->operation, "merge");
	ck_assert_str_eq(plugin->progress_label, "Merged");
	ck_assert(!plugin->supports_abort);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(tables_are_read, SUITE_COUNT(cases)),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(reports)),
		SUITE_LOOP(only_what_is_surely_one_is_claimed, SUITE_COUNT(claims)),
		SUITE_TEST(plugin_is_what_lvm2_asks_for),
	};

	return suite_run("merge", tests, SUITE_COUNT(tests));
}
