/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin thin_merge, on tables as a kernel showed them around a merge by lvm2 2.03.16. */
#include "config.h"

#include "loader/check.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *thin_merge_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request merging = {
	.struct_size = sizeof(merging), .vg_name = "vg", .lv_name = "t", .interval = "15"};

/* It is the same before and after the activation that swaps the volumes. */
static const struct target_case cases[] = {
	{"0 81920 thin 0 -\n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"0 81920 snapshot-origin \n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"0 81920 garbage in garbage\n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"", LVMPOLLD_STEP, 0, 0, -1, 0},
};

START_TEST(lvm2_finishes_it_at_once)
{
	target_case_check(thin_merge_LTX_lvmpolld_plugin(), &merging, &cases[_i]);
}
END_TEST

/* As lvm2 2.03.16 to 2.03.40 print them: the origin has no lv_merging. */
static const struct report_case reports[] = {
	/* It waits for the next activation, in use and inactive. */
	{REPORT_ROWS("LVM2_LV_ATTR='Owi-a-t---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='Owi---t---' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* Over, and with another snapshot. */
	{REPORT_ROWS("LVM2_LV_ATTR='Vwi-a-t---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	{REPORT_ROWS("LVM2_LV_ATTR='Vwi---t---' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	{REPORT_ROWS("LVM2_LV_ATTR='owi-a-t---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	/* What nobody knows. */
	{REPORT_ROWS("LVM2_LV_ATTR='twi-aot---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' LVM2_MOVE_PV='' "
		     "LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' LVM2_LV_MERGE_FAILED='unknown' "
		     "LVM2_LV_SNAPSHOT_INVALID='unknown' LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_NAME='x'"), LVMPOLLD_STANDING_CANNOT_TELL},
	/* Removed. */
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(thin_merge_LTX_lvmpolld_plugin(), &merging, &reports[_i]);
}
END_TEST

START_TEST(plugin_is_what_lvm2_asks_for)
{
	const struct lvmpolld_plugin *plugin = thin_merge_LTX_lvmpolld_plugin();
	struct lvmpolld_error error = {0};

	ck_assert_msg(plugin_check_fields(plugin, "thin_merge", &error) == 0, "%s", error.sentence);
	ck_assert_str_eq(plugin->operation, "merge_thin");
	ck_assert(!plugin->supports_abort);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(lvm2_finishes_it_at_once, SUITE_COUNT(cases)),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(reports)),
		SUITE_TEST(plugin_is_what_lvm2_asks_for),
	};

	return suite_run("thin_merge", tests, SUITE_COUNT(tests));
}
