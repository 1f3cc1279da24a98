/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lvm2 reports of the volumes of operation_fixture.h. */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include <stdio.h>

/* The UUID of group or volume NUMBER, with dashes. */
#define FIXTURE_UUID "000000-0000-0000-0000-0000-0000-%06u"

/* The row of group GROUP, which has all its disks where IS_PARTIAL is false; as of the C library.
 */
static inline const char *fixture_group_row(unsigned group, bool is_partial)
{
	static char row[512];

	snprintf(row, sizeof(row),
		"  LVM2_VG_NAME='vg%u' LVM2_VG_UUID='" FIXTURE_UUID
		"' LVM2_VG_PARTIAL='%s' LVM2_VG_MISSING_PV_COUNT='%d'",
		group, group, is_partial ? "partial" : "", is_partial);
	return row;
}

/* The row of volume NUMBER, which is called LV_NAME. */
static inline const char *fixture_volume_row(unsigned group, unsigned number, const char *lv_name)
{
	static char row[1024];

	snprintf(row, sizeof(row),
		"%s LVM2_LV_NAME='[%s]' LVM2_LV_UUID='" FIXTURE_UUID
		"' LVM2_LV_ATTR='p-C-aom---' LVM2_LV_ACTIVE='active'",
		fixture_group_row(group, false), lv_name, number);
	return row;
}

#endif
