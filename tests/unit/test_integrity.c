/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin integrity, on tables as Linux 6.12 showed them, and on what nobody knows. */
#include "config.h"

#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *integrity_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request reckoning = {
	.struct_size = sizeof(reckoning), .vg_name = "vg", .lv_name = "data", .interval = "15"};

#define RAID(letters, action) "0 49152 raid raid1 2 " letters " 49152/49152 " action " 0 0 -\n"
#define IMAGE(number, done)   "data_rimage_" number ": 0 49152 integrity 0 49152 " done "\n"
#define BROKEN(number)        "data_rimage_" number ": 0 49152 error \n"

static const struct target_case cases[] = {
	{RAID("AA", "idle") IMAGE("0", "0") IMAGE("1", "0"), LVMPOLLD_WATCH_TIMED, 0, 98304, 0, 0},
	{RAID("AA", "idle") IMAGE("0", "49152") IMAGE("1", "0"), LVMPOLLD_WATCH_TIMED, 49152, 98304,
		50, 0},
	{RAID("AA", "idle") IMAGE("0", "0") IMAGE("1", "49152"), LVMPOLLD_WATCH_TIMED, 49152, 98304,
		50, 0},
	{RAID("AA", "idle") IMAGE("0", "49152") IMAGE("1", "49152"), LVMPOLLD_DONE, 98304, 98304,
		100, 0},
	/* What the volume is about besides is no matter. */
	{RAID("Aa", "recover") IMAGE("0", "49152") IMAGE("1", "24576"), LVMPOLLD_WATCH_TIMED, 73728,
		98304, 75, 0},
	/* An image that is not there, or fails, is not protected. */
	{RAID("AD", "idle") IMAGE("0", "49152") BROKEN("1"), LVMPOLLD_WATCH_TIMED, 49152, 98304, 50,
		1},
	{RAID("A-", "idle") IMAGE("0", "49152"), LVMPOLLD_WATCH_TIMED, 49152, 49152, 100, 1},
	{RAID("AD", "idle") IMAGE("0", "49152") IMAGE("1", "49152"), LVMPOLLD_WATCH_TIMED, 98304,
		98304, 100, 1},
	/* Nothing is reckoned in one of them: whether all was is not told. */
	{RAID("AA", "idle") IMAGE("0", "49152") IMAGE("1", "-"), LVMPOLLD_POLL, 0, 0, -1, 0},
	/* One has no integrity; none has; none is told. */
	{RAID("AA", "idle") IMAGE("0", "49152") "data_rimage_1: 0 49152 linear \n", LVMPOLLD_POLL,
		0, 0, -1, 0},
	{RAID("AA", "idle") "data_rimage_0: 0 49152 linear \n"
			    "data_rimage_1: 0 49152 linear \n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
	{RAID("AA", "idle"), LVMPOLLD_POLL, 0, 0, -1, 0},
	/* More than it has legs. */
	{RAID("AA", "idle") IMAGE("0", "0") IMAGE("1", "0") IMAGE("2", "0"), LVMPOLLD_POLL, 0, 0,
		-1, 0},
	/* Lines that are not below it. */
	{RAID("AA", "idle") "49152 8 integrity 0 8 8\n49160 8 integrity 0 8 8\n", LVMPOLLD_POLL, 0,
		0, -1, 0},
	/* Below something else. */
	{"0 49152 linear \n" IMAGE("0", "0") IMAGE("1", "0"), LVMPOLLD_POLL, 0, 0, -1, 0},
	/* An image that was asked for by its own name. */
	{"0 49152 integrity 0 49152 0\n", LVMPOLLD_WATCH_TIMED, 0, 49152, 0, 0},
	{"0 49152 integrity 3 49152 12288\n", LVMPOLLD_WATCH_TIMED, 12288, 49152, 25, 0},
	{"0 49152 integrity 3 49152 49152\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	{"0 49152 integrity 0 49152 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	/* Not understood. */
	{"0 49152 integrity 0 49152\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 integrity 0 49152 49153\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 integrity 0 0 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{RAID("AA", "idle")
			IMAGE("0", "1") "data_rimage_1: 0 8 integrity 0 18446744073709551615 0\n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
	{RAID("AA", "idle") IMAGE("0", "1") "data_rimage_1: 0 18446744073709551615 error \n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 integrity \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 linear \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 8 integrity 0 8 8\n8 8 integrity 0 8 8\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"", LVMPOLLD_POLL, 0, 0, -1, 0},
};

START_TEST(tables_are_read)
{
	target_case_check(integrity_LTX_lvmpolld_plugin(), &reckoning, &cases[_i]);
}
END_TEST

static const struct findings_case findings[] = {
	{"0 49152 integrity 0 49152 12288\n", "mismatches=0"},
	{"0 49152 integrity 3 49152 49152\n", "mismatches=3"},
	{"0 49152 integrity 3 49152 -\n", ""},
	{RAID("AA", "idle") IMAGE("0", "0") IMAGE("1", "0"), "mismatches=0"},
	{RAID("AA", "idle") "data_rimage_0: 0 8 integrity 2 8 8\n"
			    "data_rimage_1: 0 8 integrity 3 8 8\n",
		"mismatches=5 image_0_mismatches=2 image_1_mismatches=3"},
	{RAID("AA", "idle") IMAGE("0", "0") "data_rimage_12: 0 8 integrity 3 8 8\n",
		"mismatches=3 image_12_mismatches=3"},
	{RAID("AA", "idle") "data_rimage_0: 0 8 integrity 2 8 8\n" IMAGE("1", "-"), ""},
};

START_TEST(findings_are_read)
{
	findings_case_check(integrity_LTX_lvmpolld_plugin(), &reckoning, &findings[_i]);
}
END_TEST

static const struct report_case reports[] = {
	/* As lvm2 2.03.16 prints it. */
	{REPORT_ROWS("LVM2_LV_ATTR='rwi-a-r---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='rwi---r---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----'"), LVMPOLLD_STANDING_FAILED},
	{REPORT_ROWS("LVM2_LV_ATTR='gwi-aor---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='iwi-aor---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_ATTR='Iwi-aor---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_NAME='x'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(integrity_LTX_lvmpolld_plugin(), &reckoning, &reports[_i]);
}
END_TEST

#define UNDER_WAY IMAGE("0", "49152") IMAGE("1", "12288")

static const struct discovery_case discoveries[] = {
	{"data", "", RAID("AA", "idle") UNDER_WAY, true},
	{"data", "real", RAID("AA", "idle") UNDER_WAY, true},
	{"data", "cow", RAID("AA", "idle") UNDER_WAY, false},
	{"data", "", NULL, false},
	{"data", "", RAID("AA", "idle") IMAGE("0", "49152") IMAGE("1", "49152"), false},
	{"data", "", RAID("AA", "idle") IMAGE("0", "0") IMAGE("1", "-"), false},
	/* It would not end before somebody has seen to the leg. */
	{"data", "", RAID("AD", "idle") IMAGE("0", "0") BROKEN("1"), false},
	{"data", "", RAID("AD", "idle") IMAGE("0", "0") IMAGE("1", "49152"), false},
	{"data", "", RAID("AA", "idle"), false},
	/* Other plugins tell the end of that. */
	{"data", "", RAID("Aa", "recover") UNDER_WAY, false},
	{"data", "", RAID("aa", "resync") UNDER_WAY, false},
	{"data", "", RAID("AA", "check") UNDER_WAY, false},
	/* It is part of the operation of its volume. */
	{"data_rimage_0", "", "0 49152 integrity 0 49152 12288\n", false},
	{"data_rimage_0", "real", "0 49152 integrity 0 49152 12288\n", false},
};

START_TEST(only_what_is_under_way_is_discovered)
{
	discovery_case_check(integrity_LTX_lvmpolld_plugin(), &discoveries[_i]);
}
END_TEST

START_TEST(plugin_leaves_all_to_the_kernel_and_must_be_named)
{
	kernel_only_check(integrity_LTX_lvmpolld_plugin(), "integrity");
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

	return suite_run("integrity", tests, SUITE_COUNT(tests));
}
