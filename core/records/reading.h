/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the records of a previous daemon. */
#ifndef CORE_RECORDS_READING_H
#define CORE_RECORDS_READING_H

#include <stddef.h>

#include "records/directory.h"
#include "records/record.h"
#include "util/error.h"

/*
 * Calls TAKE with each record of the directory, and counts in TAKEN those that were taken. One that
 * is damaged, of another version, or that TAKE refuses (by returning a negative errno with the
 * error) is moved to "PATH.damaged/", with a message in the log; one that cannot be read now stays,
 * and is noted there. How these volumes stand is not known then; see unusable.h. A record that
 * TAKE refuses with -ENOPKG, since the plugin is missing, is kept in "PATH.no_plugin/". Returns 0;
 * or a negative errno with the error when out of memory or descriptors, or if the directory cannot
 * be read: that record and those after it stay.
 *
 * How often a daemon has died while it read a record is counted in the mode of its file, before
 * anything of it is read: that needs no room, and belongs to this record alone. After three times
 * it counts as damaged.
 */
int record_read_all(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, size_t *taken, struct lvmpolld_error *error);

/*
 * Moves the records in "PATH.no_plugin/" back into the directory, and calls TAKE (NULL: nothing is
 * called) for each of them, as above. Those stay for which it is out of memory. Returns the number
 * of records that were taken.
 */
size_t record_bring_back(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context);

/*
 * Calls TAKE with each record in "PATH.left/" of the volume with LVID, of its poll or of its abort.
 * They stay there. Returns 0, or a negative errno if one may be there that cannot be read.
 */
int record_read_left(const struct record_directory *directory, const char *lvid,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context);

/* Moves all records of "PATH.dormant/" back into the directory. */
void record_wake_all(struct record_directory *directory);

#endif
