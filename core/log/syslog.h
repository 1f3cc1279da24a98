/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* syslog as a target of the log. It never waits. */
#ifndef CORE_LOG_SYSLOG_H
#define CORE_LOG_SYSLOG_H

#include <stdbool.h>

#include "log/targets.h"

/* Writes one line. Returns 0, or a negative errno where it was not taken as a whole. */
int log_syslog_write(const struct log_line *line);

/* Closes what was opened; it is opened again when it is used. */
void log_syslog_close(void);

/* Whether what is written there comes out in the systemd journal, too. */
bool log_syslog_is_journal(void);

/* Whether a process listens on syslog's socket. */
bool log_syslog_is_there(void);

/* Its socket; a test puts its own here. */
extern const char *log_syslog_path;

#endif
