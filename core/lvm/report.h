/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking lvm2 for its metadata by UUID: the command, and what its rows say. docs/lvm2-reports.md
 * has the facts. */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <lvmpolld/plugin.h>

#include "loader/row.h"

/* What one run of the command has told. */
struct report;

enum report_answer {
	REPORT_HAS_VOLUME,
	REPORT_LACKS_VOLUME, /* the group is seen, and the volume is not in it */
	REPORT_LACKS_GROUP,  /* hidden, removed, never there: nobody can tell */
};

/* It points into the report, and is valid as long as that is. */
struct report_volume {
	const char *vg_name;
	const char *lv_name; /* without the brackets of a hidden volume; NULL where there is none */
	bool is_active;      /* by the kernel; false also where lvm2 could not tell */
	/*
	 * Disks of the group are missing: what lvm2 reads on the others may be older than what it
	 * has written last, so that a volume that is not there proves nothing.
	 */
	bool is_partial;
	struct lvmpolld_row row; /* for plugin_read_report */
};

/*
 * Adds to ARGUMENTS, which are empty, a command that reads the COUNT groups VG_UUIDS, of 32
 * characters without dashes each, and changes nothing. BINARY comes first, DEVICES_FILE is NULL for
 * none. An exit status other than 0 proves nothing, whatever was printed. Returns 0, -EINVAL
 * where there is no group, or -ENOMEM.
 */
int report_build_arguments(struct lvmpolld_arguments *arguments, const char *binary,
	const char *const vg_uuids[], size_t count, const char *devices_file);

/*
 * Reads what the command has printed on its standard output. Returns NULL with the error when out
 * of memory, or where a line is not understood: a report that is half read proves nothing.
 */
struct report *report_parse(const char *text, size_t length, struct lvmpolld_error *error);
void report_free(struct report *report);

/*
 * Looks for the volume LVID (64 characters). Fills VOLUME; where the volume is lacking, with
 * vg_name and is_partial of its group, and where the group is lacking, with nothing.
 */
enum report_answer report_find(
	const struct report *report, const char *lvid, struct report_volume *volume);

#endif
