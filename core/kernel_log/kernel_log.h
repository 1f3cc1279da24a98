/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's log, read from its oldest record on as far as it goes, again and again: whether it
 * tells of a failure, and from which record on none was missed. A record is known by its number,
 * which counts from the boot on; so a daemon knows what the previous daemon has read.
 *
 * The kernel limits such lines: after some, it drops others for seconds, and may note that late or
 * never.
 */
#ifndef CORE_KERNEL_LOG_KERNEL_LOG_H
#define CORE_KERNEL_LOG_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the text of a line, which is cut off where it is longer. */
#define KERNEL_LOG_TEXT_SIZE 160

/* What is known of the log at a moment. All zero: nothing. */
struct kernel_log_state {
	bool is_read;        /* all of it that was there at that moment was read */
	uint64_t next;       /* the number of the record that comes next */
	uint64_t whole_from; /* from this record on none is missing */
	/* The number behind the latest record of a failure, or of lines left out; 0: none. */
	uint64_t failure_end;
	uint64_t told_end;  /* likewise, of a failure itself */
	int64_t failure_ms; /* when that, or a gap, was read, by running_clock_ms; 0: never */
	/* When these were written. The kernel's clock for its log runs a little apart. */
	int64_t failure_written_ms, told_written_ms;
	char told_text[KERNEL_LOG_TEXT_SIZE]; /* the line of that failure, printable; "": none */
};

struct kernel_log {
	int descriptor;
	struct kernel_log_state state;
	bool has_begun;   /* a record was read */
	bool has_told;    /* this time a line about a failure was logged */
	int failure_said; /* an errno that the log of the daemon tells of; or 0 */
	/* Whether the LENGTH bytes at TEXT tell of a failure, or that lines were left out. */
	bool (*is_failure)(const char *text, size_t length, const void *context);
	const void *context;
};

/* Opens nothing yet. IS_FAILURE and CONTEXT are used as long as the log is. */
void kernel_log_init(struct kernel_log *log,
	bool (*is_failure)(const char *text, size_t length, const void *context),
	const void *context);
void kernel_log_close(struct kernel_log *log);

/*
 * Reads what is new in it, without waiting, and returns what is known then. What the kernel had
 * written before the call is in it where is_read. Where the log cannot be read the daemon's own log
 * says so, once.
 */
struct kernel_log_state kernel_log_read(struct kernel_log *log);

#endif
