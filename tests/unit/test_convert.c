/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin convert, on tables as a kernel showed them during conversions by lvm2 2.03.16. */
#include "config.h"

#include "loader/check.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *convert_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request conversion = {
	.struct_size = sizeof(conversion), .vg_name = "vg", .lv_name = "c", .interval = "15"};

static const struct target_case cases[] = {
	/* Linear to mirror, the log in memory. */
	{"0 81920 mirror 2 254:1 254:2 3/20 1 AA 1 core\n", LVMPOLLD_WATCH, 12288, 81920, 15, 0},
	{"0 81920 mirror 2 254:1 254:2 20/20 1 AA 1 core\n", LVMPOLLD_STEP, 81920, 81920, 100, 0},
	/* The log on disk. */
	{"0 81920 mirror 2 254:2 254:3 14/20 1 AA 3 disk 254:1 A\n", LVMPOLLD_WATCH, 57344, 81920,
		70, 0},
	{"0 81920 mirror 2 254:2 254:3 20/20 1 AA 3 disk 254:1 A\n", LVMPOLLD_STEP, 81920, 81920,
		100, 0},
	/* Two legs to three. */
	{"0 81920 mirror 3 254:1 254:2 254:3 5/20 1 AAA 1 core\n", LVMPOLLD_WATCH, 20480, 81920, 25,
		0},
	{"0 81920 mirror 3 254:2 254:3 254:5 20/20 1 AAA 3 disk 254:1 A\n", LVMPOLLD_STEP, 81920,
		81920, 100, 0},
	/* Two legs to three with a layer, where the first leg is the former mirror. */
	{"0 81920 mirror 2 254:4 254:5 14/20 1 AA 1 core\n", LVMPOLLD_WATCH, 57344, 81920, 70, 0},
	/* A new leg that failed: the rest is never copied. */
	{"0 163840 mirror 2 254:2 254:3 8/40 1 AS 1 core\n", LVMPOLLD_STEP, 32768, 163840, 20, 1},
	{"0 163840 mirror 3 254:2 254:3 254:4 8/40 1 FRU 1 core\n", LVMPOLLD_STEP, 32768, 163840,
		20, 3},
	/* No mirror any more. */
	{"0 81920 linear \n", LVMPOLLD_STEP, 0, 0, -1, 0},
	/* The layer below a volume with snapshots was not to be had. */
	{"0 81920 snapshot-origin \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	/* Garbage. */
	{"0 81920 mirror 3 254:1 254:2 5/20 1 AAA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 mirror 2 254:1 254:2 21/20 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(convert_LTX_lvmpolld_plugin(), &conversion, &cases[_i]);
}
END_TEST

/* As lvm2 2.03.16 to 2.03.40 print them. */
static const struct report_case reports[] = {
	/* From a plain volume, and to more legs with the log in memory. */
	{REPORT_ROWS("LVM2_LV_ATTR='mwi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='0.00' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='mwi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='99.99' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='mwi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='100.00' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	/* Below a snapshot. */
	{REPORT_ROWS("LVM2_LV_ATTR='owi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='8.33' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='owi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='100.00' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	/* To more legs with the log on disk: in sync, it still has to be made one mirror of. */
	{REPORT_ROWS("LVM2_LV_ATTR='cwi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='8.33' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='converting' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='cwi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='100.00' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='converting' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='cwi---m---' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='converting' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* Nothing is copied while it is inactive. */
	{REPORT_ROWS("LVM2_LV_ATTR='mwi---m---' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* lvm2 could not ask the kernel. */
	{REPORT_ROWS("LVM2_LV_ATTR='mwi-XXm---' LVM2_LV_ACTIVE='unknown' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='mwi-s-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	/* Somebody has taken the new leg away, or made a raid of it. */
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
	{REPORT_ROWS("LVM2_LV_ATTR='rwi-a-r---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='100.00' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_OVER},
	/* What nobody knows. */
	{REPORT_ROWS("LVM2_LV_ATTR='?wi-a-?---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='mwi' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='cwi-a-m---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='' LVM2_LV_CONVERTING='1' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_NAME='x'"), LVMPOLLD_STANDING_CANNOT_TELL},
	/* Removed. */
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(convert_LTX_lvmpolld_plugin(), &conversion, &reports[_i]);
}
END_TEST

static const struct claim_case claims[] = {
	{"lv", "", "lv_mimagetmp_2", "0 8192 mirror core 1 1024 2 253:5 0 253:6 0\n", true},
	{"lv", "real", "lv_mimagetmp_2", "0 8192 mirror core 1 1024 2 253:5 0 253:6 0\n", true},
	/* An ordinary mirror, in sync, or not yet; a new leg of another volume. */
	{"lv", "", NULL, "0 8192 mirror disk 2 253:4 1024 2 253:5 0 253:6 0\n", false},
	{"lv", "", "lv_mimage_0", "0 8192 mirror core 1 1024 2 253:5 0 253:6 0\n", false},
	{"lv", "", "lv2_mimagetmp_2", "0 8192 mirror core 1 1024 2 253:5 0 253:6 0\n", false},
	{"lv", "", "lv_mimagetmp_", "0 8192 mirror core 1 1024 2 253:5 0 253:6 0\n", false},
	/* What lies below is part of it. */
	{"lv_mimagetmp_2", "", "lv_mimage_0", "0 8192 mirror disk 2 253:4 1024 2 253:5 0 253:6 0\n",
		false},
	{"lv", "", "lv_mimagetmp_2", "0 8192 linear 253:5 0\n", false},
	{"lv", "cow", "lv_mimagetmp_2", "0 8192 mirror core 1 1024 2 253:5 0 253:6 0\n", false},
};

START_TEST(only_what_is_surely_one_is_claimed)
{
	claim_case_check(convert_LTX_lvmpolld_plugin(), &claims[_i]);
}
END_TEST

START_TEST(plugin_is_what_lvm2_asks_for)
{
	const struct lvmpolld_plugin *plugin = convert_LTX_lvmpolld_plugin();
	struct lvmpolld_error error = {0};

	ck_assert_msg(plugin_check_fields(plugin, "convert", &error) == 0, "%s", error.sentence);
	ck_assert_str_eq(plugin->operation, "convert");
	ck_assert_str_eq(plugin->progress_label, "Converted");
	ck_assert_str_eq(plugin->layer, "real");
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

	return suite_run("convert", tests, SUITE_COUNT(tests));
}
