/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices are a volume's. */
#include "config.h"

#include <string.h>

#include "protocol/lvid.h"
#include "suite.h"

#define LVID  "bk0ud3AAAAAAAAAAAAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBMMns"
#define OTHER "bk0ud3AAAAAAAAAAAAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBMMnt"

START_TEST(lvid_owns_its_own_device_and_every_layer)
{
	const char *layer = NULL;

	ck_assert(lvid_owns_uuid(LVID, "LVM-" LVID, &layer));
	ck_assert_str_eq(layer, "");
	ck_assert(lvid_owns_uuid(LVID, "LVM-" LVID "-real", &layer));
	ck_assert_str_eq(layer, "real");
	ck_assert(lvid_owns_uuid(LVID, "LVM-" LVID "-cow-future", NULL));
}
END_TEST

START_TEST(lvid_owns_no_other_device)
{
	static const char *const uuids[] = {"", "LVM-", "LVM-" OTHER, "LVM-" OTHER "-real",
		"LVM-" LVID "real", "LVM-" LVID "C", LVID, "CRYPT-" LVID, "lvm-" LVID,
		"LVM-bk0ud3"};

	for (size_t i = 0; i < sizeof(uuids) / sizeof(uuids[0]); i++)
		ck_assert_msg(!lvid_owns_uuid(LVID, uuids[i], NULL), "%s", uuids[i]);
	ck_assert(lvid_is_of_lvm2("LVM-" OTHER "-real"));
	ck_assert(!lvid_is_of_lvm2("CRYPT-" LVID));
	ck_assert(!lvid_owns_uuid("", "LVM-", NULL));
}
END_TEST

START_TEST(lvid_is_read_from_the_uuid_of_its_device)
{
	static const char *const others[] = {
		"", "LVM-bk0ud3", "CRYPT-" LVID, LVID, "LVM-" LVID "C", "LVM-" LVID "real"};
	const char *layer = NULL;
	char lvid[LVM_NAMES_LVID_LENGTH + 1];

	ck_assert(lvid_read_uuid("LVM-" LVID "-real", lvid, &layer));
	ck_assert_str_eq(lvid, LVID);
	ck_assert_str_eq(layer, "real");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!lvid_read_uuid(others[i], lvid, NULL), "%s", others[i]);
	ck_assert(lvid_is_in_group(LVID, OTHER));
	ck_assert(!lvid_is_in_group(LVID, "A" LVID));
}
END_TEST

START_TEST(lvid_formats_what_it_owns)
{
	char uuid[LVID_UUID_SIZE];

	lvid_format_uuid(LVID, NULL, uuid);
	ck_assert_str_eq(uuid, "LVM-" LVID);
	lvid_format_uuid(LVID, "real", uuid);
	ck_assert_str_eq(uuid, "LVM-" LVID "-real");
	ck_assert(lvid_owns_uuid(LVID, uuid, NULL));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lvid_owns_its_own_device_and_every_layer),
		SUITE_TEST(lvid_owns_no_other_device),
		SUITE_TEST(lvid_is_read_from_the_uuid_of_its_device),
		SUITE_TEST(lvid_formats_what_it_owns),
	};

	return suite_run("lvid", tests, SUITE_COUNT(tests));
}
