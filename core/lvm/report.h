/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks lvm2 for its metadata by UUID: makes the command, and parses what it prints.
 * docs/lvm2-reports.md has the facts.
 */
#ifndef CORE_LVM_REPORT_H
#define CORE_LVM_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <lvmpolld/plugin.h>

#include "loader/row.h"

/* What one run of the command has printed. */
struct report;

enum report_answer {
	REPORT_HAS_VOLUME,
	REPORT_LACKS_VOLUME, /* lvm2 sees the group, and the volume is not in it */
	REPORT_LACKS_GROUP,  /* lvm2 does not see the group: hidden, removed, or never there */
};

/* Points into the report, and is valid as long as the report. */
struct report_volume {
	const char *vg_name;
	const char *lv_name; /* without the brackets of a hidden volume; NULL: no such volume */
	bool is_active;      /* active in the kernel; false also if lvm2 could not tell */
	/*
	 * Disks of the group are missing: the others may hold older metadata, so that a volume that
	 * is lacking proves nothing.
	 */
	bool is_partial;
	struct lvmpolld_row row; /* for plugin_read_report */
};

/*
 * Adds a command to ARGUMENTS, which are empty. It reads the COUNT groups VG_UUIDS, of 32
 * characters without dashes each, and changes nothing. BINARY comes first; DEVICES_FILE may be
 * NULL. An exit status other than 0 proves nothing, whatever was printed. Returns 0, -EINVAL
 * without a group, or -ENOMEM.
 */
int report_build_arguments(struct lvmpolld_arguments *arguments, const char *binary,
	const char *const vg_uuids[], size_t count, const char *devices_file);

/*
 * Parses the standard output of the command. Returns NULL with the error when out of memory, or if
 * a line is not understood: half a report proves nothing.
 */
struct report *report_parse(const char *text, size_t length, struct lvmpolld_error *error);
void report_free(struct report *report);

/*
 * Looks for the volume LVID (64 characters), and fills VOLUME: if the volume is lacking, vg_name
 * and is_partial of its group; if the group is lacking, nothing.
 */
enum report_answer report_find(
	const struct report *report, const char *lvid, struct report_volume *volume);

#endif
