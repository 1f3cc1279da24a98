/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin integrity, on tables as Linux 6.12 showed them, and on what nobody knows. */
#include "config.h"

#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *integrity_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request reckoning = {.struct_size = sizeof(reckoning),
	.vg_name = "vg",
	.lv_name = "data_rimage_0",
	.interval = "15"};

static const struct target_case cases[] = {
	{"0 49152 integrity 0 49152 0\n", LVMPOLLD_WATCH_TIMED, 0, 49152, 0, 0},
	{"0 49152 integrity 3 49152 12288\n", LVMPOLLD_WATCH_TIMED, 12288, 49152, 25, 0},
	{"0 49152 integrity 3 49152 49152\n", LVMPOLLD_DONE, 49152, 49152, 100, 0},
	/* Nothing is reckoned: whether all was is not told. */
	{"0 49152 integrity 0 49152 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	/* Not understood. */
	{"0 49152 integrity 0 49152\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 integrity 0 49152 49153\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 49152 integrity 0 0 0\n", LVMPOLLD_POLL, 0, 0, -1, 0},
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
};

START_TEST(findings_are_read)
{
	findings_case_check(integrity_LTX_lvmpolld_plugin(), &reckoning, &findings[_i]);
}
END_TEST

static const struct report_case reports[] = {
	/* As lvm2 2.03.16 prints it. */
	{REPORT_ROWS("LVM2_LV_ATTR='gwi-aor---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='iwi-aor---'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_ROWS("LVM2_LV_NAME='x'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

START_TEST(reports_are_read)
{
	report_case_check(integrity_LTX_lvmpolld_plugin(), &reckoning, &reports[_i]);
}
END_TEST

static const struct discovery_case discoveries[] = {
	{"data_rimage_0", "", "0 49152 integrity 0 49152 12288\n", true},
	{"data_rimage_12", "", "0 49152 integrity 0 49152 0\n", true},
	{"data_rimage_0", "", "0 49152 integrity 0 49152 49152\n", false},
	{"data_rimage_0", "", "0 49152 integrity 0 49152 -\n", false},
	{"data_rimage_0", "", "0 49152 linear \n", false},
	{"data_rimage_0", "real", "0 49152 integrity 0 49152 0\n", true},
	{"data_rimage_0", "cow", "0 49152 integrity 0 49152 0\n", false},
	{"data_rimage_0", "", NULL, false},
	/* Not an image of a RAID volume. */
	{"data", "", "0 49152 integrity 0 49152 0\n", false},
	{"data_rimage_", "", "0 49152 integrity 0 49152 0\n", false},
	{"data_rimage_0_iorig", "", "0 49152 integrity 0 49152 0\n", false},
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
