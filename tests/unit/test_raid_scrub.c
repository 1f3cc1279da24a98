/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin raid_scrub, on tables as Linux 6.12 showed them, and on what nobody knows. */
#include "config.h"

#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *raid_scrub_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request scrubbing = {
	.struct_size = sizeof(scrubbing), .vg_name = "vg", .lv_name = "data", .interval = "15"};

static const struct target_case cases[] = {
	{"0 49152 raid raid1 2 AA 0/49152 check 0 0 -\n", LVMPOLLD_WATCH, 0, 49152, 0, 0},
	{"0 49152 raid raid1 2 AA 12288/49152 check 256 0 -\n", LVMPOLLD_WATCH, 12288, 49152, 25,
		0},
	{"0 49152 raid raid1 2 AA 12288/49152 repair 0 0 -\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{"0 49152 raid raid5_ls 3 AAA 12288/49152 check 8\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{"0 49152 raid raid1 2 AA 49152/49152 idle 256 0 -\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	{"0 49152 raid raid1 2 AD 49152/49152 idle 0 0 -\n", LVMPOLLD_DONE, 49152, 49152, 100, 1},
	/* It was cut off, waits, or something else is under way. */
	{"0 49152 raid raid1 2 AA 12288/49152 idle 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AA 12288/49152 frozen 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 Aa 12288/49152 recover 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 aa 12288/49152 resync 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	{"0 49152 raid raid5_ls 3 AAA 128/4096 reshape 0 0 -\n", LVMPOLLD_WATCH, 0, 0, -1, 0},
	/* Not understood. */
	{"0 49152 linear \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 raid raid1 2 AA 49152/49152 undef 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(raid_scrub_LTX_lvmpolld_plugin(), &scrubbing, &cases[_i]);
}
END_TEST

static const struct findings_case findings[] = {
	{"0 49152 raid raid1 2 AA 0/49152 check 0 0 -\n", "mismatches=0"},
	{"0 49152 raid raid1 2 AA 12288/49152 check 256 0 -\n", "mismatches=256"},
	{"0 49152 raid raid1 2 AA 49152/49152 idle 256 0 -\n", "mismatches=256"},
	/* A leg has failed in the middle of it. */
	{"0 49152 raid raid1 2 AD 49152/49152 idle 0 0 -\n", "leg_1_failed=1"},
	{"0 49152 raid raid6_zr 4 -AAD 12288/49152 check 8 0 -\n",
		"mismatches=8 leg_0_failed=1 leg_3_failed=1"},
	/* It may have been a repair. */
	{"0 49152 raid raid1 2 AA 49152/49152 idle 0 0 -\n", ""},
	{"0 49152 raid raid1 2 AA 12288/49152 repair 0 0 -\n", ""},
	{"0 49152 linear \n", ""},
};

START_TEST(findings_are_read)
{
	findings_case_check(raid_scrub_LTX_lvmpolld_plugin(), &scrubbing, &findings[_i]);
}
END_TEST

static const struct report_case reports[] = {
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---r---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-------'"), LVMPOLLD_STANDING_FAILED},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---u---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(raid_scrub_LTX_lvmpolld_plugin(), &scrubbing, &reports[_i]);
}
END_TEST

static const struct discovery_case discoveries[] = {
	{"data", "", "0 49152 raid raid1 2 AA 0/49152 check 0 0 -\n", true},
	{"data", "real", "0 49152 raid raid1 2 AA 0/49152 repair 0 0 -\n", true},
	{"snap", "cow", "0 49152 raid raid1 2 AA 0/49152 check 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 AA 49152/49152 idle 8 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 aa 0/49152 resync 0 0 -\n", false},
	{"data", "", "0 49152 raid raid1 2 Aa 0/49152 recover 0 0 -\n", false},
	{"data", "", NULL, false},
};

START_TEST(only_what_is_under_way_is_discovered)
{
	discovery_case_check(raid_scrub_LTX_lvmpolld_plugin(), &discoveries[_i]);
}
END_TEST

START_TEST(plugin_leaves_all_to_the_kernel_and_must_be_named)
{
	kernel_only_check(raid_scrub_LTX_lvmpolld_plugin(), "raid_scrub");
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

	return suite_run("raid_scrub", tests, SUITE_COUNT(tests));
}
