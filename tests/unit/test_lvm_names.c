/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names in requests: names that lvm2 can have made pass, all others are refused. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "protocol/lvm_names.h"
#include "suite.h"

#define TEN     "abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define UUID    "bk0ud3Rk2mUGXXwLPnyUvhZ8YrjQDLxE"

typedef int (*checker)(const char *parameter, const char *value, struct lvmpolld_error *error);

struct value {
	checker check;
	const char *value;
	const char *sentence; /* a part of it; NULL where the value is good */
};

static const struct value values[] = {
	{lvm_names_check_vg_name, "vg", NULL},
	{lvm_names_check_vg_name, "Aa0+_.-", NULL},
	{lvm_names_check_vg_name, ".hidden", NULL},
	{lvm_names_check_vg_name, "...", NULL},
	{lvm_names_check_vg_name, "0", NULL},
	{lvm_names_check_vg_name, HUNDRED TEN TEN "1234567", NULL},
	{lvm_names_check_vg_name, HUNDRED TEN TEN "12345678", "too long"},
	{lvm_names_check_vg_name, "", "is empty"},
	{lvm_names_check_vg_name, " ", "not allowed"},
	{lvm_names_check_vg_name, "vg ", "not allowed"},
	{lvm_names_check_vg_name, "-vg", "begins with"},
	{lvm_names_check_vg_name, "--config", "begins with"},
	{lvm_names_check_vg_name, ".", "directory"},
	{lvm_names_check_vg_name, "..", "directory"},
	{lvm_names_check_vg_name, "../vg", "not allowed"},
	{lvm_names_check_vg_name, "vg/lv", "not allowed"},
	{lvm_names_check_vg_name, "/dev/vg", "not allowed"},
	{lvm_names_check_vg_name, "vg\n", "vgname \"vg\\012\" has"},
	{lvm_names_check_vg_name, "vg\033[2J", "vgname \"vg\\033[2J\" has"},
	{lvm_names_check_vg_name, "v\"g\\", "vgname \"v\"g\\\" has"},
	{lvm_names_check_vg_name, "gr\303\266\303\237e", "vgname \"gr\303\266\303\237e\" has"},
	{lvm_names_check_vg_name, "gr\366\337e", "vgname \"gr\\366\\337e\" has"},
	{lvm_names_check_vg_name, "vg=1", "not allowed"},
	{lvm_names_check_vg_name, "vg;reboot", "not allowed"},
	{lvm_names_check_vg_name, "$(reboot)", "not allowed"},
	{lvm_names_check_vg_name, "@tag", "not allowed"},

	{lvm_names_check_lv_name, "pvmove0", NULL},
	{lvm_names_check_lv_name, "lvol0_mimage_0", NULL},
	{lvm_names_check_lv_name, "pool_tdata", NULL},
	{lvm_names_check_lv_name, "snapshot0", NULL},
	{lvm_names_check_lv_name, "-lvol1", "begins with"},
	{lvm_names_check_lv_name, "[pvmove0]", "not allowed"},
	{lvm_names_check_lv_name, "", "is empty"},

	{lvm_names_check_lvid, UUID UUID, NULL},
	{lvm_names_check_lvid, "!#" TEN TEN TEN UUID, NULL},
	{lvm_names_check_lvid, "", "two UUIDs"},
	{lvm_names_check_lvid, UUID, "two UUIDs"},
	{lvm_names_check_lvid, UUID UUID "a", "two UUIDs"},
	{lvm_names_check_lvid, UUID TEN TEN TEN "a", "two UUIDs"},
	{lvm_names_check_lvid, UUID TEN TEN TEN "a-", "two UUIDs"},
	{lvm_names_check_lvid, UUID TEN TEN TEN "a/", "two UUIDs"},
	{lvm_names_check_lvid, UUID TEN TEN TEN "\303\266", "two UUIDs"},

	{lvm_names_check_devices_file, "system.devices", NULL},
	{lvm_names_check_devices_file, "my_devices+1", NULL},
	{lvm_names_check_devices_file, "", "is empty"},
	{lvm_names_check_devices_file, "-f", "begins with"},
	{lvm_names_check_devices_file, "..", "directory"},
	{lvm_names_check_devices_file, "a/b", "not allowed"},
	{lvm_names_check_devices_file, "a b", "not allowed"},

	{lvm_names_check_system_dir, "/etc/lvm", NULL},
	{lvm_names_check_system_dir, "/", NULL},
	{lvm_names_check_system_dir, "/gr\303\266\303\237e/a b/\"c\"\\", NULL},
	{lvm_names_check_system_dir, "", "absolute"},
	{lvm_names_check_system_dir, "etc/lvm", "absolute"},
	{lvm_names_check_system_dir, "-etc", "absolute"},
	{lvm_names_check_system_dir, "/etc\n/lvm", "control character"},
	{lvm_names_check_system_dir, "/etc/lvm\t", "control character"},
	{lvm_names_check_system_dir, "/etc/lvm\177", "control character"},
};

START_TEST(names_each_value)
{
	const struct value *value = &values[_i];
	struct lvmpolld_error error = {0};
	int result = value->check("vgname", value->value, &error);

	if (!value->sentence) {
		ck_assert_msg(result == 0, "%s: %s", value->value, error.sentence);
		return;
	}
	ck_assert_msg(result == -EINVAL, "%s was not refused", value->value);
	ck_assert_int_eq(error.code, EINVAL);
	ck_assert_msg(strstr(error.sentence, value->sentence), "%s", error.sentence);
	ck_assert_int_eq(strncmp(error.sentence, "vgname \"", strlen("vgname \"")), 0);
}
END_TEST

/* Whatever byte comes: it is a character of a name, or it is refused and shown harmlessly. */
START_TEST(names_each_byte)
{
	const char value[] = {'a', (char)_i, 'b', '\0'};
	struct lvmpolld_error error = {0};
	bool allowed = (_i >= 'a' && _i <= 'z') || (_i >= 'A' && _i <= 'Z') ||
		       (_i >= '0' && _i <= '9') || (_i != 0 && strchr("+_.-", _i)) || _i == 0;

	ck_assert_int_eq(lvm_names_check_vg_name("vgname", value, &error), allowed ? 0 : -EINVAL);
	for (const char *at = error.sentence; *at != '\0'; at++)
		ck_assert_msg(*at >= ' ' && *at < 0x7f, "byte %d is shown as it is", _i);
}
END_TEST

START_TEST(names_shortens_a_long_value)
{
	struct lvmpolld_error error = {0};
	char *value = malloc(1000000);

	memset(value, '\n', 999999);
	value[999999] = '\0';
	ck_assert_int_eq(lvm_names_check_vg_name("vgname", value, &error), -EINVAL);
	ck_assert_uint_lt(strlen(error.sentence), 400);
	ck_assert_ptr_nonnull(strstr(error.sentence, "\\012\\012...\" is too long"));
	free(value);
}
END_TEST

START_TEST(names_limits_the_length_of_a_system_dir)
{
	struct lvmpolld_error error = {0};
	char value[PATH_MAX + 1];

	memset(value, '/', sizeof(value));
	value[PATH_MAX - 1] = '\0';
	ck_assert_int_eq(lvm_names_check_system_dir("sysdir", value, &error), 0);
	value[PATH_MAX - 1] = '/';
	value[PATH_MAX] = '\0';
	ck_assert_int_eq(lvm_names_check_system_dir("sysdir", value, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.sentence, "too long"));
}
END_TEST

START_TEST(names_counts_hyphens_twice_in_a_device_name)
{
	struct lvmpolld_error error = {0};

	/* 100 + 1 + 26 = 127 */
	ck_assert_int_eq(
		lvm_names_check_device_name("lvname", HUNDRED, TEN TEN "123456", &error), 0);
	ck_assert_int_eq(
		lvm_names_check_device_name("lvname", HUNDRED, TEN TEN "12345-", &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.sentence, "128 characters"));
	ck_assert_int_eq(
		lvm_names_check_device_name("lvname", HUNDRED "-", TEN TEN "12345", &error),
		-EINVAL);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(names_each_value, SUITE_COUNT(values)),
		SUITE_LOOP(names_each_byte, 256),
		SUITE_TEST(names_shortens_a_long_value),
		SUITE_TEST(names_limits_the_length_of_a_system_dir),
		SUITE_TEST(names_counts_hyphens_twice_in_a_device_name),
	};

	return suite_run("names", tests, SUITE_COUNT(tests));
}
