/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines of the log go; used by the log alone. No outlet ever waits. */
#ifndef CORE_LOG_OUTLETS_H
#define CORE_LOG_OUTLETS_H

#include <stdbool.h>

#include "log/log.h"

#define LOG_IDENTIFIER "lvmpolld"

/* Room for "lvmpolld: fatal: " and a newline around the text of a line. */
#define LOG_TEXT_MAX (LOG_LINE_MAX - 32)

struct log_line {
	const char *kind;                  /* "warn", "wire", ... */
	int priority;                      /* syslog's */
	const struct log_subject *subject; /* or NULL */
	const char *text;                  /* escaped; less than LOG_TEXT_MAX bytes */
};

/* Each writes one line, or returns a negative errno where it was not taken as a whole. */
int log_stderr_write(const struct log_line *line);
int log_syslog_write(const struct log_line *line);
int log_journal_write(const struct log_line *line);

/* Closes what the outlets opened; they open it again when they are used. */
void log_syslog_close(void);
void log_journal_close(void);

/* Whether what is written there comes out in the systemd journal, too. */
bool log_stderr_is_journal(void);
bool log_syslog_is_journal(void);

/* Whether somebody receives what is written there. */
bool log_syslog_is_there(void);
bool log_journal_is_there(void);

/* Their sockets; a test puts its own here. */
extern const char *log_syslog_path;
extern const char *log_journal_path;

#endif
