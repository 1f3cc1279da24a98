/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is on disk of an operation in flight, so that a new daemon can go on with it: one small file
 * for each in the state directory, written whole and put in place with rename. The directory lies
 * in /run, which a crash of the machine empties: only the daemon's own end has to be survived, and
 * nothing needs to reach a disk.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <lvmpolld/plugin.h>

#include "util/error.h"

struct buffer;
struct wire_message;

/* The lvpoll of an operation, as far as it is known. */
enum record_command {
	RECORD_NO_COMMAND, /* none runs */
	RECORD_STARTING,   /* one was about to be started: it may run, under an unknown id */
	RECORD_RUNNING     /* it runs, or did */
};

struct record {
	struct lvmpolld_operation operation;
	const char *operation_name; /* as on the wire */
	bool is_displaced;          /* an abort of it is under way: it goes on only if that fails */
	enum record_command command;
	pid_t pid;            /* of an lvpoll that runs */
	uint64_t start_ticks; /* when that was started, as /proc tells: no other is taken for it */
	const char *boot_id;  /* and in which run of the machine; NULL where that is not known */
	const char *step_vg_name; /* what the lvpoll was given, where that may differ; or NULL */
	const char *step_lv_name;
};

/* The state directory. */
struct record_directory {
	char *path;
	int descriptor; /* -1: there is none */
};

/*
 * Opens the directory at PATH, which is made (0700) where it is missing, and must belong to us and
 * be closed to others. Returns 0 or a negative errno; everything below fails then, and says so.
 */
int record_directory_open(
	struct record_directory *directory, const char *path, struct lvmpolld_error *error);
void record_directory_close(struct record_directory *directory);

/*
 * Makes DIRECTORY ours alone: two daemons that share one would poll the same operations. The lock
 * is that of the descriptor, which a child of a daemon that was killed has until it executes lvm:
 * who has it knows that every lvpoll of the dead can be seen in /proc. So it is waited for, for
 * some seconds. Returns 0, or -EBUSY with the error; the directory is not used then.
 */
int record_directory_lock(struct record_directory *directory, struct lvmpolld_error *error);

/* Likewise, without waiting and without a word. DIRECTORY may still be used where it is -EBUSY. */
int record_directory_try_lock(struct record_directory *directory);

/* DIRECTORY is open, and nobody has removed it. */
bool record_directory_is_there(const struct record_directory *directory);

/*
 * Takes over DESCRIPTOR, with its lock, of the directory at PATH. Returns 0, or -ENOMEM, or -ENOENT
 * where another directory is there by now, or none; DESCRIPTOR is closed then.
 */
int record_directory_adopt(struct record_directory *directory, const char *path, int descriptor);

/*
 * Writes RECORD in place of a former one of the same operation. Returns 0 or a negative errno; what
 * the former one says of the lvpoll is no longer believed then.
 */
int record_write(struct record_directory *directory, const struct record *record,
	struct lvmpolld_error *error);

/* Removes the record of OPERATION. One that is not there is no error. */
void record_remove(struct record_directory *directory, const struct lvmpolld_operation *operation);

/*
 * An operation that was given up because going on would lose data must not be taken up again by
 * whoever asks next: the kernel may have forgotten by then why. Its record is kept in
 * "PATH.given_up/" until an abort has succeeded, or the machine starts anew and copies anew.
 */
void record_give_up(struct record_directory *directory, const struct lvmpolld_operation *operation);
bool record_is_given_up(
	const struct record_directory *directory, const struct lvmpolld_operation *operation);
void record_forget_given_up(
	struct record_directory *directory, const struct lvmpolld_operation *operation);

/*
 * Calls TAKE with each record of the directory. One that is damaged, of another version, or that
 * TAKE refuses (by returning a negative errno with the error) is moved to "PATH.damaged/", with a
 * message in the log. One that cannot be read for want of memory or descriptors, or that TAKE
 * refuses for it, stays. One that TAKE refuses with -ENOPKG, since the plugin is missing, is kept
 * in "PATH.no_plugin/". Returns the number of records that were taken.
 */
size_t record_read_all(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context);

/*
 * Moves what is in "PATH.no_plugin/" back into the directory, and calls TAKE, unless that is NULL,
 * with each of these records, as above. Returns the number of records that were taken.
 */
size_t record_bring_back(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context);

/* The text of RECORD, to be freed, and its LENGTH; NULL when out of memory. */
char *record_format(const struct record *record, size_t *length);

/* The fields of a record as lines of a message, and back; both without version and checksum. */
void record_add_fields(struct buffer *text, const struct record *record);
int record_read_fields(const struct wire_message *message,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error);

/*
 * Reads the LENGTH bytes at TEXT, which a NUL byte follows, and calls TAKE with the record. Returns
 * what TAKE returns, or a negative errno where TEXT is no record.
 */
int record_parse(const char *text, size_t length,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error);

#endif
