/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record: what is on disk of an operation in flight, so that a new daemon can resume it. It is a
 * small file in the state directory, written as a whole and put in place with rename. The directory
 * is in /run, which is empty after a reboot: a record must survive the daemon, not the machine, so
 * nothing is synced.
 */
#ifndef CORE_RECORDS_RECORD_H
#define CORE_RECORDS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <lvmpolld/plugin.h>

#include "kernel_log/kernel_log.h"
#include "util/error.h"

struct buffer;
struct wire_message;

/* What a record says of the operation's lvm command. */
enum record_command {
	RECORD_NO_COMMAND, /* none runs */
	RECORD_STARTING, /* one was about to be started: it may run, and its process id is not known
			  */
	RECORD_RUNNING   /* one runs, or has run */
};

/* What was seen of its device, and no look shows again: operation/seen.h. */
struct record_seen {
	int64_t moved_ms; /* when it last got on, by running_clock_ms; 0: not known */
	uint64_t done;    /* how far it was then, in sectors or in parts of a million */
	uint64_t total;
	bool is_in_parts;
	bool is_stall_told;   /* people know that it has stood still since then */
	const char *disks;    /* as disks_write has them; or NULL */
	const char *findings; /* as findings_write has them; or NULL */
};

struct record {
	struct lvmpolld_request request;
	const char *operation_name; /* as on the wire */
	bool has_phases;       /* its plugin has commands beside lvpoll; this is only written */
	const char *options;   /* "mode=check", with blanks between them; or NULL */
	bool is_being_aborted; /* its abort is under way: it goes on only if the abort fails */
	bool is_command_abort; /* its command, if that is not lvpoll, was started to abort it */
	bool has_loss; /* a step would lose data, and there is no note of that; in the file's mode
			  alone */
	bool is_forgotten;     /* an administrator has it forgotten: it ends with its command */
	int64_t begun_ms;      /* when it began, by boot_clock_ms; 0: not known */
	uint64_t number;       /* what people know it by; 0: none */
	int64_t accepted_s;    /* when it was asked for, as time() tells; 0: not known */
	int64_t not_before_ms; /* no step before this, by boot_clock_ms; 0: at any time */
	enum record_command command;
	const char *command_name; /* "lvconvert", which is left to end by itself; NULL: lvpoll */
	pid_t pid;                /* of a command that runs */
	uint64_t start_ticks;     /* its start time in /proc, by which it is recognised */
	const char *boot_id;      /* the boot in which it was started; NULL: not known */
	const char *step_vg_name; /* the command's names, if they may differ; or NULL */
	const char *step_lv_name;
	/* What is copied now: the kernel's log may tell of it from this record on; 0: from any. */
	uint64_t log_from;
	bool is_begun_in_doubt;  /* and lines may have been left out then */
	const char *log_boot_id; /* of the boot whose log that is; NULL: not known */
	/* See struct evidence. */
	uint64_t table_before;
	uint64_t to_sectors;
	uint64_t table;
	bool is_complete;
	bool is_missed;
	struct kernel_log_state gone;
	struct record_seen seen;
	const char *seen_boot_id; /* of the boot in which that was; NULL: not known */
};

/* The text of RECORD, to be freed by the caller, and its LENGTH; NULL when out of memory. */
char *record_format(const struct record *record, size_t *length);

/*
 * Writes the fields of a record as lines of a message, and reads them. Neither handles the version
 * or the checksum.
 */
void record_add_fields(struct buffer *text, const struct record *record);
int record_read_fields(const struct wire_message *message,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error);

/*
 * Parses the LENGTH bytes at TEXT, which a NUL byte follows, and calls TAKE with the record.
 * Returns what TAKE returns, or a negative errno if TEXT is no record.
 */
int record_parse(const char *text, size_t length,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error);

/*
 * Writes what the names of the records of the volume with LVID begin with, whatever system
 * directory they are for. Returns its length, as snprintf does.
 */
size_t record_make_prefix(const char *lvid, bool is_abort, char *prefix, size_t size);

/* The file name of the record of REQUEST. */
void record_make_name(const struct lvmpolld_request *request, char *name, size_t size);

#endif
