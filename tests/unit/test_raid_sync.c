/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin raid_sync, on tables as Linux 6.12 showed them, and on what nobody knows. */
#include "config.h"

#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *raid_sync_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request syncing = {
	.struct_size = sizeof(syncing), .vg_name = "vg", .lv_name = "data", .interval = "15"};

static const struct target_case cases[] = {
	/* The first synchronisation, and its end. */
	{"0 49152 raid raid1 2 aa 0/49152 resync 0 0 -\n", LVMPOLLD_WATCH, 0, 49152, 0, 0},
	{"0 49152 raid raid1 2 aa 12288/49152 resync 0 0 -\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{"0 49152 raid raid1 2 aa 49152/49152 resync 0 0 -\n", LVMPOLLD_WATCH, 49152, 49152, 100,
		0},
	{"0 49152 raid raid1 2 AA 49152/49152 idle 0 0 -\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	/* A leg is built anew; and of a version of the kernel without the last fields. */
	{"0 49152 raid raid1 2 aA 12288/49152 recover 0 0 -\n", LVMPOLLD_WATCH, 12288, 49152, 25,
		0},
	{"0 49152 raid raid5_ls 3 AAa 0/24576 recover 0\n", LVMPOLLD_WATCH, 0, 24576, 0, 0},
	/* What was added at the end is made alike: the kernel calls that a repair. */
	{"0 98304 raid raid1 2 AA 24576/98304 repair 0 0 -\n", LVMPOLLD_WATCH, 24576, 98304, 25, 0},
	/* It halts, is cut off, or waits for something. */
	{"0 49152 raid raid1 2 aA 12288/49152 frozen 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 aa 12288/49152 idle 0 0 -\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{"0 49152 raid raid1 2 aA 49152/49152 idle 0 0 -\n", LVMPOLLD_WATCH, 49152, 49152, 100, 0},
	{"0 49152 raid raid5_ls 3 AAA 1024/24576 reshape 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	/* A check finds it in sync, but for a leg that is not. */
	{"0 49152 raid raid1 2 AA 12288/49152 check 8 0 -\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	{"0 49152 raid raid1 2 aA 12288/49152 check 8 0 -\n", LVMPOLLD_WATCH, 49152, 49152, 100, 0},
	/* Legs have failed, or are not there. */
	{"0 49152 raid raid1 2 AD 49152/49152 idle 0 0 -\n", LVMPOLLD_WATCH, 49152, 49152, 100, 1},
	{"0 49152 raid raid6_zr 5 AD-AA 49152/49152 idle 0 0 -\n", LVMPOLLD_WATCH, 49152, 49152,
		100, 2},
	{"0 49152 raid raid1 2 AD 12288/49152 check 0 0 -\n", LVMPOLLD_WATCH, 49152, 49152, 100, 1},
	/* Legs are added or taken away: the numbers differ. */
	{"0 49152 raid raid1 3 AA 49152/49152 idle 0 0 -\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	{"0 49152 raid raid1 3 aa 12288/49152 resync 0 0 -\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{"0 49152 raid raid1 1 AD 49152/49152 idle 0 0 -\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	/* Not understood. */
	{"0 49152 linear \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 snapshot-origin \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 24576 raid raid1 2 AA 1/1 idle 0 0 -\n24576 8 linear \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 0 AA 49152/49152 idle 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AX 49152/49152 idle 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AA 49153/49152 idle 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AA 0/0 idle 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AA 49152/49152 undef 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AA 49152/49152 idle\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(raid_sync_LTX_lvmpolld_plugin(), &syncing, &cases[_i]);
}
END_TEST

static const struct findings_case findings[] = {
	{"0 49152 raid raid1 2 aa 0/49152 resync 0 0 -\n", ""},
	{"0 49152 raid raid1 2 AD 49152/49152 idle 0 0 -\n", "leg_1_failed=1"},
	{"0 49152 raid raid6_zr 5 -AADA 0/49152 resync 0 0 -\n", "leg_0_failed=1 leg_3_failed=1"},
	{"0 49152 linear \n", ""},
};

START_TEST(findings_are_read)
{
	findings_case_check(raid_sync_LTX_lvmpolld_plugin(), &syncing, &findings[_i]);
}
END_TEST

static const struct report_case reports[] = {
	/* As lvm2 2.03.16 prints them: inactive, active, below a snapshot. */
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---r---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi-a-r---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='owi---r---'"), LVMPOLLD_STANDING_GOES_ON},
	/* It is no RAID volume any more. */
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-------'"), LVMPOLLD_STANDING_FAILED},
	{REPORT_ROWS("LVM2_LV_ATTR='mwi---m---'"), LVMPOLLD_STANDING_FAILED},
	/* What nobody knows. The origin of a cache may be a RAID volume. */
	{REPORT_ROWS("LVM2_LV_ATTR='Cwi---C---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='owi---C---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---u---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_NAME='x'"), LVMPOLLD_STANDING_CANNOT_TELL},
	/* Removed. */
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(raid_sync_LTX_lvmpolld_plugin(), &syncing, &reports[_i]);
}
END_TEST

static const struct discovery_case discoveries[] = {
	{"data", "", "0 49152 raid raid1 2 aa 0/49152 resync 0 0 -\n", true},
	{"data", "real", "0 49152 raid raid1 2 Aa 0/49152 recover 0 0 -\n", true},
	/* That of a snapshot's own data is not the volume's. */
	{"snap", "cow", "0 49152 raid raid1 2 Aa 0/49152 recover 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 AA 49152/49152 idle 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 AD 49152/49152 idle 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 AA 0/49152 check 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 AA 0/49152 repair 0 0 -\n", false},
	{"data", "", "0 49152 linear \n", false},
	{"data", "", NULL, false},
};

START_TEST(only_what_is_under_way_is_discovered)
{
	discovery_case_check(raid_sync_LTX_lvmpolld_plugin(), &discoveries[_i]);
}
END_TEST

START_TEST(plugin_leaves_all_to_the_kernel_and_must_be_named)
{
	kernel_only_check(raid_sync_LTX_lvmpolld_plugin(), "raid_sync");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(tables_are_read, SUITE_COUNT(cases)),
		SUITE_LOOP(findings_are_read, SUITE_COUNT(findings)),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(reports)),
		SUITE_LOOP(only_what_is_under_way_is_discovered, SUITE_COUNT(discoveries)),
		SUITE_TEST(plugin_leaves_all_to_the_kernel_and_must_be_named),
	};

	return suite_run("raid_sync", tests, SUITE_COUNT(tests));
}
