/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of lvm2's report, for tests of plugins. */
#ifndef TESTS_UNIT_REPORT_ROWS_H
#define TESTS_UNIT_REPORT_ROWS_H

#include <check.h>
#include <string.h>

#include <lvmpolld/plugin.h>

#include "lvm/report.h"
#include "util/error.h"

#define REPORT_GROUP "19EcOXA8tyBTcgn7Er1JMDxXKbW8K8Cd"
#define REPORT_LV    "8GRddk8eWyDEfXU92RxZhf85ehMd0Swa"
#define REPORT_LVID  REPORT_GROUP REPORT_LV

/* The row of the group, which comes before those of its volumes. */
#define REPORT_GROUP_ROW                                                                           \
	"  LVM2_VG_NAME='vg' LVM2_VG_UUID='19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "               \
	"LVM2_VG_PARTIAL='' LVM2_VG_MISSING_PV_COUNT='0'\n"

/* The group, and the volume with these fields behind its UUID. */
#define REPORT_ROWS(FIELDS)                                                                        \
	REPORT_GROUP_ROW                                                                           \
	"  LVM2_VG_NAME='vg' LVM2_VG_UUID='19EcOX-A8ty-BTcg-n7Er-1JMD-xXKb-W8K8Cd' "               \
	"LVM2_VG_PARTIAL='' LVM2_VG_MISSING_PV_COUNT='0' LVM2_LV_NAME='data' "                     \
	"LVM2_LV_UUID='8GRddk-8eWy-DEfX-U92R-xZhf-85eh-Md0Swa' " FIELDS "\n"

/* A report, and how the operation stands by it. */
struct report_case {
	const char *rows;
	enum lvmpolld_standing standing;
};

static inline void report_case_check(const struct lvmpolld_plugin *plugin,
	const struct lvmpolld_request *request, const struct report_case *expected)
{
	struct lvmpolld_error error = {0};
	struct report *report = report_parse(expected->rows, strlen(expected->rows), &error);
	struct report_volume volume;
	enum report_answer answer;
	enum lvmpolld_standing standing;

	ck_assert_msg(report, "%s", error.sentence);
	answer = report_find(report, REPORT_LVID, &volume);
	ck_assert_int_ne(answer, REPORT_LACKS_GROUP);
	standing = plugin->read_report(request, answer == REPORT_HAS_VOLUME ? &volume.row : NULL);
	ck_assert_msg(standing == expected->standing, "standing %d instead of %d for:\n%s",
		(int)standing, (int)expected->standing, expected->rows);
	report_free(report);
}

#endif
