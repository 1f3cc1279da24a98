/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state directory: a file for each record in it. */
#ifndef CORE_RECORDS_DIRECTORY_H
#define CORE_RECORDS_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "records/record.h"
#include "util/error.h"

/* The state directory. */
struct record_directory {
	char *path;
	int descriptor; /* -1: there is none */
};

/*
 * Opens the directory at PATH, and makes it with mode 0700 if it is missing. It must belong to the
 * daemon's user and must not be open to others. Returns 0 or a negative errno; all functions below
 * fail then.
 */
int record_directory_open(
	struct record_directory *directory, const char *path, struct lvmpolld_error *error);
void record_directory_close(struct record_directory *directory);

/*
 * Writes RECORD in place of the previous record of the same operation. Returns 0 or a negative
 * errno. If writing fails the previous record stays, but what it says of the lvpoll is no longer
 * believed.
 */
int record_write(struct record_directory *directory, const struct record *record,
	struct lvmpolld_error *error);

/* Removes the record of REQUEST. It is no error if there is none. */
void record_remove(struct record_directory *directory, const struct lvmpolld_request *request);

/*
 * Moves the record of OPERATION, which is dormant, into "PATH.dormant/", where it starts no daemon;
 * or back. record_wake_all moves all of them back.
 */
void record_set_dormant(struct record_directory *directory,
	const struct lvmpolld_request *operation, bool is_dormant);
void record_wake_all(struct record_directory *directory);

/*
 * Removes all records, also those of dormant operations and those whose plugin is missing. Returns
 * their number. The notes of record_refuse stay.
 */
size_t record_remove_all(struct record_directory *directory);

/*
 * Calls TAKE with each record of the directory, and counts in TAKEN those that were taken. One that
 * is damaged, of another version, or that TAKE refuses (by returning a negative errno with the
 * error) is moved to "PATH.damaged/", with a message in the log. One that TAKE refuses with
 * -ENOPKG, since the plugin is missing, is kept in "PATH.no_plugin/". Returns 0; or a negative
 * errno with the error where memory or descriptors are short or the directory cannot be read: that
 * record and those after it stay.
 */
int record_read_all(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, size_t *taken, struct lvmpolld_error *error);

/*
 * Moves the records in "PATH.no_plugin/" back into the directory, and calls TAKE (NULL: nothing is
 * called) for each of them, as above. Records for which memory is short stay. Returns the number of
 * records that were taken.
 */
size_t record_bring_back(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context);

#endif
