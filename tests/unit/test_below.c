/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes below one: which they are, and what is read of them from a kernel that changes meanwhile.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <libdevmapper.h>

#include "monitor/below.h"
#include "monitor/below_lines.h"
#include "suite.h"

#define GROUP "VGuuid00000000000000000000000000"
#define LVID  GROUP "LVuuid00000000000000000000000000"
#define OTHER "OTHERgroup0000000000000000000000"

static const char *const patterns[] = {"_rimage_*", "_log", NULL};

/* A device of the kernel's: all of it is gone where NAME is NULL. */
static struct played {
	const char *group;
	const char *name;
	const char *type;
	enum device_mapper_answer status;
	bool is_suspended;
	bool is_another; /* by the time that its status is read another device has its UUID */
} kernel[BELOW_MAX + 8];

static unsigned identified, read;

static struct device_mapper_table table, lines;
static struct lvmpolld_target own, line;
static struct lvmpolld_error error;

/* In place of device-mapper's own. */
enum device_mapper_answer device_mapper_identify(
	uint64_t number, char uuid[LVID_UUID_SIZE], char name[DEVICE_MAPPER_NAME_SIZE])
{
	const struct played *device = &kernel[minor(number)];

	identified++;
	if (!device->name)
		return DEVICE_MAPPER_GONE;
	snprintf(uuid, LVID_UUID_SIZE, "LVM-%s%032u", device->group ? device->group : GROUP,
		minor(number));
	snprintf(name, DEVICE_MAPPER_NAME_SIZE, "%s", device->name);
	return DEVICE_MAPPER_SEEN;
}

enum device_mapper_answer device_mapper_read_device(
	const char *uuid, struct device_mapper_table *found, struct lvmpolld_error *why)
{
	unsigned number = (unsigned)atoi(uuid + strlen(uuid) - 4);
	const struct played *device = &kernel[number];
	char *layer;

	read++;
	if (device->status != DEVICE_MAPPER_SEEN) {
		error_set(why, EIO, "played");
		return device->status;
	}
	*found = (struct device_mapper_table){
		.device = makedev(253, device->is_another ? 250 : number),
		.is_suspended = device->is_suspended,
		.memory = dm_pool_create("test", 256),
		.target_count = 1,
	};
	found->name = dm_pool_strdup(found->memory, device->name);
	found->targets = dm_pool_zalloc(found->memory, sizeof(*found->targets));
	found->targets->struct_size = sizeof(*found->targets);
	found->targets->type = device->type ? device->type : "integrity";
	found->targets->parameters = device->name;
	ck_assert(dm_split_lvm_name(
		found->memory, device->name, &found->vg_name, &found->lv_name, &layer));
	return DEVICE_MAPPER_SEEN;
}

void device_mapper_release_table(struct device_mapper_table *released)
{
	if (released->memory)
		dm_pool_destroy(released->memory);
	released->memory = NULL;
}

/* The volume vg/data, whose table names 253:0, a disk, 253:2, 253:1 and 253:2 again. */
static void setup(void)
{
	memset(kernel, 0, sizeof(kernel));
	kernel[0].name = "vg-data_rmeta_0";
	kernel[1].name = "vg-data_rimage_1";
	kernel[2].name = "vg-data_rimage_0";
	identified = read = 0;
	own = (struct lvmpolld_target){
		.struct_size = sizeof(own), .type = "raid", .parameters = "raid1"};
	line = own;
	line.parameters = "raid1 3 0 region_size 4096 2 253:0 253:2 8:1 253:1 253:2";
	table = (struct device_mapper_table){
		.device = makedev(253, 7),
		.name = (char *)"vg-data",
		.lv_name = (char *)"data",
		.target_count = 1,
		.targets = &own,
		.memory = dm_pool_create("table", 1024),
	};
	lines = table;
	lines.targets = &line;
	error = (struct lvmpolld_error){0};
}

static void teardown(void)
{
	dm_pool_destroy(table.memory);
}

static void begin_anew(void)
{
	teardown();
	setup();
}

static enum device_mapper_answer look(void)
{
	return below_lines_read(LVID, patterns, &table, &lines, &error);
}

static void refuse(const char *sentence)
{
	ck_assert_int_eq(look(), DEVICE_MAPPER_UNREADABLE);
	ck_assert_int_ne(error.code, 0);
	ck_assert_msg(strstr(error.sentence, sentence), "%s", error.sentence);
}

START_TEST(lines_below_come_behind_the_volumes_own_in_order_of_the_table)
{
	ck_assert_int_eq(look(), DEVICE_MAPPER_SEEN);
	ck_assert_uint_eq(table.target_count, 3);
	ck_assert_str_eq(table.targets[0].type, "raid");
	ck_assert_ptr_null(table.targets[0].lv_name);
	ck_assert_str_eq(table.targets[1].lv_name, "data_rimage_0");
	ck_assert_str_eq(table.targets[1].type, "integrity");
	ck_assert_str_eq(table.targets[1].parameters, "vg-data_rimage_0");
	ck_assert_str_eq(table.targets[2].lv_name, "data_rimage_1");
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(table.targets[i].struct_size, sizeof(own));
	/* What was not asked for is not read, and what is named twice is read once. */
	ck_assert_uint_eq(identified, 3);
	ck_assert_uint_eq(read, 2);
	ck_assert(!table.is_suspended);
}
END_TEST

START_TEST(one_that_is_of_another_group_or_not_of_lvm2_is_not_below)
{
	kernel[1].group = OTHER;
	ck_assert_int_eq(look(), DEVICE_MAPPER_SEEN);
	ck_assert_uint_eq(table.target_count, 2);
	ck_assert_str_eq(table.targets[1].lv_name, "data_rimage_0");
}
END_TEST

START_TEST(volume_with_none_has_its_own_lines)
{
	line.parameters = "8:1 2048";
	ck_assert_int_eq(look(), DEVICE_MAPPER_SEEN);
	ck_assert_uint_eq(table.target_count, 1);
	ck_assert_uint_eq(identified, 0);
}
END_TEST

/* The table has named it: that it is not there is no answer. */
START_TEST(one_that_has_gone_is_not_left_out)
{
	kernel[1].name = NULL;
	refuse("253:1 below it cannot be read");
	begin_anew();
	kernel[1].status = DEVICE_MAPPER_GONE;
	refuse("253:1 below it cannot be read: it has gone");
}
END_TEST

START_TEST(one_that_cannot_be_read_is_not_left_out)
{
	kernel[2].status = DEVICE_MAPPER_UNREADABLE;
	refuse("played");
}
END_TEST

START_TEST(another_device_in_its_place_is_not_read)
{
	kernel[2].is_another = true;
	refuse("changed meanwhile");
}
END_TEST

START_TEST(one_that_has_another_name_is_not_left_out)
{
	kernel[1].name = "vg-former_rimage_1";
	refuse("its name is not that of a volume below this one");
	begin_anew();
	table.lv_name = NULL;
	refuse("no name of lvm2's");
}
END_TEST

START_TEST(one_that_is_suspended_suspends_the_volume)
{
	kernel[2].is_suspended = true;
	ck_assert_int_eq(look(), DEVICE_MAPPER_SEEN);
	ck_assert(table.is_suspended);
	ck_assert_uint_eq(read, 1);
}
END_TEST

/* COUNT images, from number 0 on. */
static void add_images(size_t count)
{
	static char names[BELOW_MAX + 1][32];
	static char parameters[(BELOW_MAX + 1) * 10];
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "vg-data_rimage_%zu", i);
		kernel[i].name = names[i];
		used += (size_t)snprintf(
			parameters + used, sizeof(parameters) - used, "253:%zu ", i);
	}
	line.parameters = parameters;
}

START_TEST(as_many_as_a_raid_volume_has_are_read_and_no_more)
{
	add_images(BELOW_MAX);
	ck_assert_int_eq(look(), DEVICE_MAPPER_SEEN);
	ck_assert_uint_eq(table.target_count, BELOW_MAX + 1);
	begin_anew();
	add_images(BELOW_MAX + 1);
	refuse("more than 253 devices are below it");
	ck_assert_uint_eq(read, BELOW_MAX);
}
END_TEST

static const struct {
	const char *own, *name;
	enum below_match match;
} matches[] = {
	{"data", "data_rimage_0", BELOW_NAMED},
	{"data", "data_log", BELOW_NAMED},
	{"data", "data_rmeta_0", BELOW_OTHER},
	{"data", "data", BELOW_OTHER},
	{"data", "swap", BELOW_OTHER},
	{"data", "data_log_2", BELOW_OTHER},
	/* What lies below an image is none of the volume's, and an image may be looked at itself.
	 */
	{"data_rimage_0", "data_rimage_0_iorig", BELOW_OTHER},
	{"data_rimage_0", "data_rimage_0", BELOW_OTHER},
	/* Renamed, or about to be. */
	{"data", "data2_rimage_0", BELOW_UNCLEAR},
	{"data", "data_2_rimage_0", BELOW_UNCLEAR},
	{"data2", "data_rimage_0", BELOW_UNCLEAR},
	{"data", "x_rimage_0", BELOW_UNCLEAR},
	{"data", "x_log", BELOW_UNCLEAR},
};

START_TEST(names_are_matched)
{
	ck_assert_int_eq(
		below_match(patterns, matches[_i].own, matches[_i].name), (int)matches[_i].match);
}
END_TEST

START_TEST(numbers_are_whole_words_of_the_same_driver)
{
	struct lvmpolld_target both[] = {
		{.parameters = "253:1 x253:2 253:3x 8:4 253 :5 253:6"},
		{.parameters = ""},
		{.parameters = " 253:8 253:7"},
	};
	const struct device_mapper_table names = {
		.device = makedev(253, 0), .target_count = 3, .targets = both};
	struct below_words words = {.table = &names};
	static const unsigned expected[] = {1, 6, 8, 7};
	uint64_t number;

	for (size_t i = 0; i < SUITE_COUNT(expected); i++) {
		ck_assert(below_next_number(&words, &number));
		ck_assert_uint_eq(number, makedev(253, expected[i]));
	}
	ck_assert(!below_next_number(&words, &number));
	ck_assert(!below_next_number(&words, &number));
}
END_TEST

/* What stands behind its struct is something else's. */
START_TEST(line_of_an_older_daemon_has_no_name)
{
	line.lv_name = "data_rimage_0";
	ck_assert_str_eq(lvmpolld_target_lv_name(&line), "data_rimage_0");
	line.struct_size = offsetof(struct lvmpolld_target, lv_name);
	ck_assert_ptr_null(lvmpolld_target_lv_name(&line));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lines_below_come_behind_the_volumes_own_in_order_of_the_table),
		SUITE_TEST(one_that_is_of_another_group_or_not_of_lvm2_is_not_below),
		SUITE_TEST(volume_with_none_has_its_own_lines),
		SUITE_TEST(one_that_has_gone_is_not_left_out),
		SUITE_TEST(one_that_cannot_be_read_is_not_left_out),
		SUITE_TEST(another_device_in_its_place_is_not_read),
		SUITE_TEST(one_that_has_another_name_is_not_left_out),
		SUITE_TEST(one_that_is_suspended_suspends_the_volume),
		SUITE_TEST(as_many_as_a_raid_volume_has_are_read_and_no_more),
		SUITE_LOOP(names_are_matched, SUITE_COUNT(matches)),
		SUITE_TEST(numbers_are_whole_words_of_the_same_driver),
		SUITE_TEST(line_of_an_older_daemon_has_no_name),
	};

	return suite_run_fixture("below", tests, SUITE_COUNT(tests), setup, teardown);
}
