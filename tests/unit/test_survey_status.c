/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin that has volumes below is told of a device that was found. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "monitor/below.h"
#include "monitor/survey_status.h"
#include "suite.h"

#define GROUP "VGuuid00000000000000000000000000"
#define OTHER "OTHERgroup0000000000000000000000"

static const char *const below[] = {"_rimage_*", NULL};

static struct survey *survey;
static struct lvmpolld_target line, shown[3];

static void add(const char *lv_name)
{
	struct survey_device *device = &survey->devices[survey->count];

	shown[survey->count] = (struct lvmpolld_target){
		.struct_size = sizeof(shown[0]), .type = lv_name, .parameters = ""};
	snprintf(device->lvid, sizeof(device->lvid), GROUP "%032zu", survey->count);
	device->table = (struct device_mapper_table){
		.device = makedev(253, (unsigned)survey->count),
		.lv_name = (char *)lv_name,
	};
	device->status = device->table;
	device->status.targets = &shown[survey->count++];
	device->status.target_count = 1;
	device->has_status = true;
}

/* A RAID volume, which names its images and a device of another driver's. */
static void setup(void)
{
	survey = calloc(1, sizeof(*survey) + 3 * sizeof(survey->devices[0]));
	ck_assert_ptr_nonnull(survey);
	survey->is_whole = true;
	add("data");
	add("data_rimage_0");
	add("data_rimage_1");
	line = (struct lvmpolld_target){.parameters = "raid1 253:2 7:1 253:9 253:1 253:2"};
	survey->devices[0].table.targets = &line;
	survey->devices[0].table.target_count = 1;
}

static void teardown(void)
{
	free(survey);
}

static void expect_none(void)
{
	struct survey_status status = survey_status_make(survey, &survey->devices[0], below);

	ck_assert_ptr_null(status.targets);
	ck_assert_uint_eq(status.count, 0);
	survey_status_free(&status);
}

START_TEST(lines_below_come_behind_the_devices_own)
{
	struct survey_status status = survey_status_make(survey, &survey->devices[0], below);

	ck_assert_uint_eq(status.count, 3);
	ck_assert_str_eq(status.targets[0].type, "data");
	ck_assert_ptr_null(status.targets[0].lv_name);
	ck_assert_str_eq(status.targets[1].lv_name, "data_rimage_1");
	ck_assert_str_eq(status.targets[2].lv_name, "data_rimage_0");
	ck_assert_str_eq(status.targets[2].type, "data_rimage_0");
	survey_status_free(&status);
}
END_TEST

START_TEST(without_below_its_own_lines_are_told)
{
	struct survey_status status = survey_status_make(survey, &survey->devices[0], NULL);

	ck_assert_ptr_eq(status.targets, &shown[0]);
	ck_assert_uint_eq(status.count, 1);
	survey_status_free(&status);
	survey->devices[0].has_status = false;
	status = survey_status_make(survey, &survey->devices[0], NULL);
	ck_assert_ptr_null(status.targets);
	ck_assert_uint_eq(status.count, 0);
}
END_TEST

START_TEST(one_that_was_not_read_hides_the_others)
{
	survey->devices[2].has_status = false;
	expect_none();
	survey->devices[2].has_status = true;
	survey->devices[0].has_status = false;
	expect_none();
}
END_TEST

START_TEST(one_that_is_not_there_hides_the_others_where_not_all_were_read)
{
	survey->is_whole = false;
	expect_none();
}
END_TEST

START_TEST(one_that_is_being_renamed_hides_the_others)
{
	survey->devices[2].table.lv_name = (char *)"former_rimage_1";
	expect_none();
}
END_TEST

START_TEST(one_of_another_group_is_not_below)
{
	struct survey_status status;

	memcpy(survey->devices[2].lvid, OTHER, strlen(OTHER));
	status = survey_status_make(survey, &survey->devices[0], below);
	ck_assert_uint_eq(status.count, 2);
	ck_assert_str_eq(status.targets[1].lv_name, "data_rimage_0");
	survey_status_free(&status);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lines_below_come_behind_the_devices_own),
		SUITE_TEST(without_below_its_own_lines_are_told),
		SUITE_TEST(one_that_was_not_read_hides_the_others),
		SUITE_TEST(one_that_is_not_there_hides_the_others_where_not_all_were_read),
		SUITE_TEST(one_that_is_being_renamed_hides_the_others),
		SUITE_TEST(one_of_another_group_is_not_below),
	};

	return suite_run_fixture("survey status", tests, SUITE_COUNT(tests), setup, teardown);
}
