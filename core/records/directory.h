/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state directory: a file for each record in it. */
#ifndef CORE_RECORDS_DIRECTORY_H
#define CORE_RECORDS_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "records/record.h"
#include "util/error.h"

/* The name of a record while it is written, which no reader takes for one. */
#define RECORD_TEMPORARY_NAME ".new"

/* The bit of a file's mode that says so: setting it needs no room, and nothing else uses it. */
#define RECORD_HAS_LOSS S_IXOTH

/* The state directory. */
struct record_directory {
	char *path;
	int descriptor; /* -1: there is none */
	bool is_unread; /* what a previous daemon has left there is for the next one */
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

/* The record of REQUEST, if there is one, tells from now on that a step would lose data. */
void record_mark_loss(struct record_directory *directory, const struct lvmpolld_request *request);

/* Removes the record of REQUEST. It is no error if there is none. */
void record_remove(struct record_directory *directory, const struct lvmpolld_request *request);

/*
 * Moves the record of REQUEST, which is dormant, into "PATH.dormant/", where it starts no daemon;
 * or back.
 */
void record_set_dormant(struct record_directory *directory, const struct lvmpolld_request *request,
	bool is_dormant);

#endif
