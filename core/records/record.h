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
	struct lvmpolld_request request;
	const char *operation_name; /* as on the wire */
	bool is_displaced;          /* an abort of it is under way: it goes on only if that fails */
	int64_t begun_ms;           /* when it was asked for, by boot_clock_ms; 0: not known */
	int64_t not_before_ms;      /* no step before this, by boot_clock_ms; 0: at any time */
	enum record_command command;
	pid_t pid;            /* of an lvpoll that runs */
	uint64_t start_ticks; /* when that was started, as /proc tells: no other is taken for it */
	const char *boot_id;  /* and in which run of the machine; NULL where that is not known */
	const char *step_vg_name; /* what the lvpoll was given, where that may differ; or NULL */
	const char *step_lv_name;
};

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

/* The name of the record of REQUEST. */
void record_make_name(const struct lvmpolld_request *request, char *name, size_t size);

#endif
