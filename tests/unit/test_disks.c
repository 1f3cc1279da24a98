/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks behind the devices of a table, by a sysfs that the tests make. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "loader/disks.h"
#include "scratch.h"
#include "suite.h"

#define TEN_B      "bbbbbbbbbb"
#define OF_GROUP_B "LVM-" TEN_B TEN_B TEN_B TEN_B TEN_B TEN_B "bbbb"

static struct lvmpolld_disks disks;

/* Writes TEXT to FILE ("dm/uuid") of the device NUMBER. */
static void put(const char *number, const char *file, const char *text)
{
	char path[600], *slash;
	FILE *stream;

	snprintf(path, sizeof(path), "%s/dev/block/%s/%s", scratch_directory, number, file);
	for (slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	stream = fopen(path, "w");
	ck_assert_ptr_nonnull(stream);
	fputs(text, stream);
	fclose(stream);
}

static void setup(void)
{
	scratch_create();
	disks = (struct lvmpolld_disks){.count = 0};
	put("8:1", "uevent", "MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\n");
	put("8:17", "uevent", "MAJOR=8\nDEVNAME=sdb1\n");
	put("253:3", "dm/uuid", "LVM-0123456789\n");
	put("253:3", "dm/name", "vg-pvmove0_mimage_0\n");
	put("253:3", "slaves/sda1/dev", "8:1\n");
	put("253:3", "slaves/sdb1/dev", "8:17\n");
	put("253:4", "dm/uuid", "CRYPT-LUKS2-0123\n");
	put("253:4", "dm/name", "crypt\n");
	put("253:4", "slaves/sda1/dev", "8:1\n");
}

static void add(const char *number, bool is_destination)
{
	disks_add(&disks, scratch_directory, number, is_destination);
}

/* The volume group of another volume may lie on this one: then this is the disk. */
START_TEST(volume_of_another_group_is_a_disk)
{
	memset(disks.lvid, 'a', LVM_NAMES_LVID_LENGTH);
	put("253:3", "dm/uuid", OF_GROUP_B "\n");
	add("253:3", false);
	ck_assert_str_eq(disks_name(&disks, false, 0), "/dev/mapper/vg-pvmove0_mimage_0");
	ck_assert_ptr_null(disks_name(&disks, false, 1));
	memset(disks.lvid, 'b', LVM_NAMES_LVID_LENGTH);
	add("253:3", true);
	ck_assert_ptr_nonnull(disks_name(&disks, true, 1));
}
END_TEST

START_TEST(disks_have_their_names)
{
	add("8:1", false);
	add("8:17", true);
	ck_assert_str_eq(disks_name(&disks, false, 0), "/dev/sda1");
	ck_assert_str_eq(disks_name(&disks, true, 0), "/dev/sdb1");
	ck_assert_ptr_null(disks_name(&disks, false, 1));
	ck_assert_ptr_null(disks_name(&disks, true, 1));
}
END_TEST

START_TEST(each_is_told_once)
{
	add("8:1", true);
	add("8:1", true);
	ck_assert_uint_eq(disks.count, 1);
	add("8:1", false);
	ck_assert_uint_eq(disks.count, 2);
}
END_TEST

START_TEST(hidden_volume_stands_for_the_disks_below)
{
	add("253:3", false);
	ck_assert_uint_eq(disks.count, 2);
}
END_TEST

START_TEST(encrypted_disk_is_a_disk)
{
	add("253:4", false);
	ck_assert_str_eq(disks_name(&disks, false, 0), "/dev/mapper/crypt");
}
END_TEST

START_TEST(disk_without_a_name_is_called_by_its_number)
{
	add("7:9", true);
	ck_assert_str_eq(disks_name(&disks, true, 0), "7:9");
}
END_TEST

static const char *const no_numbers[] = {
	"", "8", "8:", "sda", "../8:1", "8:1:1", ":::", "11111111111111111111111:1", "8:1/../8:17"};

START_TEST(what_is_no_number_is_not_looked_for)
{
	add(no_numbers[_i], true);
	ck_assert_uint_eq(disks.count, 0);
}
END_TEST

START_TEST(no_more_than_there_is_room_for)
{
	char number[16];

	for (int i = 0; i < 3 * DISKS_MAX; i++) {
		snprintf(number, sizeof(number), "9:%d", i);
		add(number, true);
	}
	ck_assert_uint_eq(disks.count, DISKS_MAX);
}
END_TEST

START_TEST(text_of_them_is_read_as_it_was_written)
{
	struct lvmpolld_disks other = {.count = 1};
	char text[DISKS_TEXT_SIZE], again[DISKS_TEXT_SIZE];

	disks_read(&other, " -7:0=/dev/sda *7:1=/dev/sdb +7:x=/dev/sdc +7:2=/dev/mapper/a\\x20b");
	ck_assert_uint_eq(other.count, 1);
	disks_read(&disks, "-7:0=/dev/sda +7:2=/dev/mapper/a\\x20b");
	ck_assert_str_eq(disks_name(&disks, false, 0), "/dev/sda");
	ck_assert_str_eq(disks_name(&disks, true, 0), "/dev/mapper/a\\x20b");
	ck_assert_ptr_null(disks_name(&disks, true, 1));
	disks_write(&disks, text);
	disks_read(&other, text);
	disks_write(&other, again);
	ck_assert_str_eq(again, text);
	disks_read(&other, "");
	ck_assert_uint_eq(other.count, 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(disks_have_their_names),
		SUITE_TEST(volume_of_another_group_is_a_disk),
		SUITE_TEST(each_is_told_once),
		SUITE_TEST(hidden_volume_stands_for_the_disks_below),
		SUITE_TEST(encrypted_disk_is_a_disk),
		SUITE_TEST(text_of_them_is_read_as_it_was_written),
		SUITE_TEST(disk_without_a_name_is_called_by_its_number),
		SUITE_LOOP(what_is_no_number_is_not_looked_for, SUITE_COUNT(no_numbers)),
		SUITE_TEST(no_more_than_there_is_room_for),
	};

	return suite_run_fixture("disks", tests, SUITE_COUNT(tests), setup, scratch_remove);
}
