/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is on disk of an operation in flight, so that a new daemon can resume it: one small file in
 * the state directory, written whole and put in place with rename. The directory is in /run, which
 * is empty after a reboot. A record must survive the daemon, not the machine: nothing is synced.
 */
#ifndef CORE_RECORDS_RECORD_H
#define CORE_RECORDS_RECORD_H

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
	RECORD_STARTING,   /* one was about to be started: it may run, with an unknown process id */
	RECORD_RUNNING     /* it runs, or did */
};

struct record {
	struct lvmpolld_request request;
	const char *operation_name; /* as on the wire */
	bool is_displaced;          /* it is being aborted: it goes on only if the abort fails */
	int64_t begun_ms;           /* when it was asked for, by boot_clock_ms; 0: not known */
	int64_t not_before_ms;      /* no step before this, by boot_clock_ms; 0: at any time */
	enum record_command command;
	pid_t pid;                /* of an lvpoll that runs */
	uint64_t start_ticks;     /* its start time in /proc, by which it is recognised */
	const char *boot_id;      /* of the boot in which it was started; NULL: not known */
	const char *step_vg_name; /* the names that the lvpoll was given, where they may differ; or
				     NULL */
	const char *step_lv_name;
};

/* The text of RECORD, to be freed, and its LENGTH; NULL when out of memory. */
char *record_format(const struct record *record, size_t *length);

/* The fields of a record as lines of a message, and back. Neither has the version or the checksum.
 */
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
