/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking lvm2 by UUID: the command, and rows as lvm2 2.03.16 to 2.03.40 print them. */
#include "config.h"

#include <errno.h>

#include "process/arguments.h"
#include "report_rows.h"
#include "suite.h"

static struct report *parse(const char *text)
{
	struct lvmpolld_error error = {0};
	struct report *report = report_parse(text, strlen(text), &error);

	ck_assert_msg(report, "%s", error.sentence);
	return report;
}

/* --- the command --- */

/* The argument behind NAME, from INDEX on; NULL where there is none. */
static const char *find_option(
	const struct lvmpolld_arguments *arguments, size_t i, const char *name)
{
	for (; i + 1 < arguments->count; i++)
		if (!strcmp(arguments->list[i], name))
			return arguments->list[i + 1];
	return NULL;
}

START_TEST(groups_and_volumes_are_selected_by_the_uuids_of_the_groups)
{
	const char *const groups[] = {REPORT_GROUP, "0123456789abcdefghijklmnopqrstuv"};
	const char *expected = "vg_uuid=\"19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd\" || "
			       "vg_uuid=\"012345-6789-abcd-efgh-ijkl-mnop-qrstuv\"";
	struct lvmpolld_arguments arguments = {0};
	size_t parts = 0;

	ck_assert_int_eq(report_build_arguments(&arguments, "/sbin/lvm", groups, 2, NULL), 0);
	ck_assert_str_eq(arguments.list[0], "/sbin/lvm");
	ck_assert_str_eq(arguments.list[1], "fullreport");
	ck_assert_ptr_null(find_option(&arguments, 0, "--devicesfile"));
	for (size_t i = 0; i < arguments.count; i++) {
		const char *part = find_option(&arguments, i, "--configreport");

		if (strcmp(arguments.list[i], "--configreport") != 0)
			continue;
		parts++;
		if (!strcmp(part, "vg") || !strcmp(part, "lv"))
			ck_assert_str_eq(find_option(&arguments, i, "-S"), expected);
	}
	ck_assert_uint_eq(parts, 5);
	arguments_clear(&arguments);
}
END_TEST

START_TEST(all_that_plugins_may_read_is_asked_for)
{
	static const char *const fields[] = {"vg_name", "vg_uuid", "vg_partial",
		"vg_missing_pv_count", "lv_name", "lv_uuid", "lv_attr", "lv_active", "copy_percent",
		"move_pv", "lv_converting", "lv_merging", "lv_merge_failed", "lv_snapshot_invalid",
		"origin"};
	const char *const groups[] = {REPORT_GROUP};
	struct lvmpolld_arguments arguments = {0};
	const char *asked = NULL;

	ck_assert_int_eq(report_build_arguments(&arguments, "lvm", groups, 1, NULL), 0);
	for (size_t i = 0; i < arguments.count && !asked; i++)
		if (!strcmp(arguments.list[i], "lv"))
			asked = find_option(&arguments, i, "-o");
	ck_assert_ptr_nonnull(asked);
	for (size_t i = 0; i < SUITE_COUNT(fields); i++)
		ck_assert_ptr_nonnull(strstr(asked, fields[i]));
	arguments_clear(&arguments);
}
END_TEST

/* lvm2 puts both before each row. */
START_TEST(names_and_prefixes_of_lvm_conf_are_set_back)
{
	const char *const groups[] = {REPORT_GROUP};
	struct lvmpolld_arguments arguments = {0};
	const char *configuration;

	ck_assert_int_eq(report_build_arguments(&arguments, "lvm", groups, 1, NULL), 0);
	configuration = find_option(&arguments, 0, "--config");
	ck_assert_ptr_nonnull(configuration);
	ck_assert_ptr_nonnull(strstr(configuration, " command_names=0 "));
	ck_assert_ptr_nonnull(strstr(configuration, " prefix=\"\"}"));
	arguments_clear(&arguments);
}
END_TEST

START_TEST(devices_file_is_passed_on)
{
	const char *const groups[] = {REPORT_GROUP};
	struct lvmpolld_arguments arguments = {0};

	ck_assert_int_eq(report_build_arguments(&arguments, "lvm", groups, 1, "lab"), 0);
	ck_assert_str_eq(find_option(&arguments, 0, "--devicesfile"), "lab");
	arguments_clear(&arguments);
}
END_TEST

/* Without a selection it would be a report of all that there is. */
START_TEST(nothing_is_asked_about_no_group)
{
	struct lvmpolld_arguments arguments = {0};

	ck_assert_int_eq(report_build_arguments(&arguments, "lvm", NULL, 0, NULL), -EINVAL);
	ck_assert_uint_eq(arguments.count, 0);
}
END_TEST

/* --- its rows --- */

START_TEST(hidden_volume_is_found_and_named_without_brackets)
{
	struct report *report = parse(
		"  LVM2_VG_NAME='vgn' LVM2_VG_UUID='19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "
		"LVM2_VG_PARTIAL='' LVM2_VG_MISSING_PV_COUNT='0'\n"
		"  LVM2_VG_NAME='vgn' LVM2_VG_UUID='19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "
		"LVM2_VG_PARTIAL='' LVM2_VG_MISSING_PV_COUNT='0' LVM2_LV_NAME='[pvmove0]' "
		"LVM2_LV_UUID='8GRddk-8eWy-DEfX-U92R-xZhf-85eh-Md0Swa' LVM2_LV_ATTR='p-C-aom---' "
		"LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='25.00' LVM2_MOVE_PV='/dev/loop0'\n");
	struct report_volume volume;

	ck_assert_int_eq(report_find(report, REPORT_LVID, &volume), REPORT_HAS_VOLUME);
	ck_assert_str_eq(volume.vg_name, "vgn");
	ck_assert_str_eq(volume.lv_name, "pvmove0");
	ck_assert(volume.is_active);
	ck_assert(!volume.is_partial);
	ck_assert_str_eq(row_find(&volume.row, "lv_name"), "pvmove0");
	ck_assert_str_eq(row_find(&volume.row, "move_pv"), "/dev/loop0");
	ck_assert_ptr_null(row_find(&volume.row, "lv_size"));
	report_free(report);
}
END_TEST

START_TEST(group_that_is_seen_and_volume_that_is_not_are_told_apart)
{
	struct report *other = parse(REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----'"));
	struct report *without = parse(REPORT_GROUP_ROW "  LVM2_PVSEG_START='0'\n");
	struct report *empty = parse("");
	struct report_volume volume;

	ck_assert_int_eq(
		report_find(other, REPORT_GROUP "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &volume),
		REPORT_LACKS_VOLUME);
	ck_assert_str_eq(volume.vg_name, "vg");
	ck_assert_ptr_null(volume.lv_name);
	ck_assert_int_eq(report_find(without, REPORT_LVID, &volume), REPORT_LACKS_VOLUME);
	ck_assert_int_eq(report_find(without, REPORT_LV REPORT_LV, &volume), REPORT_LACKS_GROUP);
	ck_assert_int_eq(report_find(empty, REPORT_LVID, &volume), REPORT_LACKS_GROUP);
	ck_assert_ptr_null(volume.vg_name);
	report_free(other);
	report_free(without);
	report_free(empty);
}
END_TEST

/* The same UUID in another group is another volume. */
START_TEST(volume_is_looked_for_in_its_group_alone)
{
	struct report *report = parse(REPORT_GROUP_ROW
		"  LVM2_VG_NAME='w' LVM2_VG_UUID='abcdef-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "
		"LVM2_LV_NAME='data' LVM2_LV_UUID='8GRddk-8eWy-DEfX-U92R-xZhf-85eh-Md0Swa'\n");
	struct report_volume volume;

	ck_assert_int_eq(report_find(report, REPORT_LVID, &volume), REPORT_LACKS_VOLUME);
	report_free(report);
}
END_TEST

START_TEST(missing_disks_are_told_with_the_volume_and_without)
{
	struct report *report =
		parse("  LVM2_VG_NAME='vg' LVM2_VG_UUID='19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "
		      "LVM2_VG_PARTIAL='partial' LVM2_VG_MISSING_PV_COUNT='1'\n");
	struct report_volume volume;

	ck_assert_int_eq(report_find(report, REPORT_LVID, &volume), REPORT_LACKS_VOLUME);
	ck_assert(volume.is_partial);
	report_free(report);

	/* A disk that lvm2 has given up counts, though no volume lies on it. */
	report = parse("  LVM2_VG_NAME='vg' LVM2_VG_UUID='19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "
		       "LVM2_VG_PARTIAL='' LVM2_VG_MISSING_PV_COUNT='2' LVM2_LV_NAME='data' "
		       "LVM2_LV_UUID='8GRddk-8eWy-DEfX-U92R-xZhf-85eh-Md0Swa' LVM2_LV_ACTIVE=''\n");
	ck_assert_int_eq(report_find(report, REPORT_LVID, &volume), REPORT_HAS_VOLUME);
	ck_assert(volume.is_partial);
	ck_assert(!volume.is_active);
	report_free(report);
}
END_TEST

/* --- what is not understood --- */

static const struct {
	const char *text;
	const char *sentence;
} refused[] = {
	{REPORT_GROUP_ROW "  Command Log\n",
		"line 2 of lvm2's report is not understood: \"  Command Log\""},
	{"{\n", "line 1 of lvm2's report is not understood: \"{\""},
	{"  LVM2_VG_NAME=vg LVM2_VG_UUID=a\n",
		"line 1 of lvm2's report is not understood: \"  LVM2_VG_NAME=vg LVM2_VG_UUID=a\""},
	{"  LVM2_VG_NAME='vg' LVM2_VG",
		"line 1 of lvm2's report is not understood: \"  LVM2_VG_NAME='vg' LVM2_VG\""},
	/* Half a line is none, whatever it seems to say. */
	{"  LVM2_VG_NAME='vg'",
		"line 1 of lvm2's report is not understood: \"  LVM2_VG_NAME='vg'\""},
	{"  LVM2_VG_NAME='vg\n",
		"line 1 of lvm2's report is not understood: \"  LVM2_VG_NAME='vg\""},
	{"  LVM2_VG_NAME='v'g'\n",
		"line 1 of lvm2's report is not understood: \"  LVM2_VG_NAME='v'g'\""},
	{"  LVM2_='vg'\n", "line 1 of lvm2's report is not understood: \"  LVM2_='vg'\""},
	{"  VG_NAME='vg'\n", "line 1 of lvm2's report is not understood: \"  VG_NAME='vg'\""},
	{"\t\n", "line 1 of lvm2's report is not understood: \"\\011\""},
	{"0123456789012345678901234567890123456789012345678901234567890123456789012345678901\n",
		"line 1 of lvm2's report is not understood: "
		"\"0123456789012345678901234567890123456789012345678901234567890123456789012345678"
		"...\""},
};

START_TEST(report_is_refused_where_a_line_is_not_understood)
{
	struct lvmpolld_error error = {0};
	size_t length = strlen(refused[_i].text);
	char *text = malloc(length);

	/* Nothing is behind it, so that a sanitizer sees a read beyond the end. */
	ck_assert_ptr_nonnull(text);
	memcpy(text, refused[_i].text, length);
	ck_assert_ptr_null(report_parse(text, length, &error));
	free(text);
	ck_assert_int_eq(error.code, EBADMSG);
	ck_assert_str_eq(error.sentence, refused[_i].sentence);
}
END_TEST

START_TEST(report_with_a_nul_byte_is_refused)
{
	struct lvmpolld_error error = {0};

	ck_assert_ptr_null(report_parse(" \0 \n", 4, &error));
	ck_assert_int_eq(error.code, EBADMSG);
}
END_TEST

START_TEST(empty_lines_are_no_rows)
{
	struct report *report = parse("\n    \n" REPORT_GROUP_ROW "\n");
	struct report_volume volume;

	ck_assert_int_eq(report_find(report, REPORT_LVID, &volume), REPORT_LACKS_VOLUME);
	report_free(report);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(groups_and_volumes_are_selected_by_the_uuids_of_the_groups),
		SUITE_TEST(all_that_plugins_may_read_is_asked_for),
		SUITE_TEST(names_and_prefixes_of_lvm_conf_are_set_back),
		SUITE_TEST(devices_file_is_passed_on),
		SUITE_TEST(nothing_is_asked_about_no_group),
		SUITE_TEST(hidden_volume_is_found_and_named_without_brackets),
		SUITE_TEST(group_that_is_seen_and_volume_that_is_not_are_told_apart),
		SUITE_TEST(volume_is_looked_for_in_its_group_alone),
		SUITE_TEST(missing_disks_are_told_with_the_volume_and_without),
		SUITE_LOOP(report_is_refused_where_a_line_is_not_understood, SUITE_COUNT(refused)),
		SUITE_TEST(report_with_a_nul_byte_is_refused),
		SUITE_TEST(empty_lines_are_no_rows),
	};

	return suite_run("report", tests, SUITE_COUNT(tests));
}
