/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The systemd journal as a target of the log. It never waits. */
#ifndef CORE_LOG_JOURNAL_H
#define CORE_LOG_JOURNAL_H

#include <stdbool.h>

#include "log/targets.h"

/* Writes one line. Returns 0, or a negative errno where it was not taken as a whole. */
int log_journal_write(const struct log_line *line);

/* Closes what was opened; it is opened again when it is used. */
void log_journal_close(void);

/* Whether a process listens on the journal's socket. */
bool log_journal_is_there(void);

/* Its socket; a test puts its own here. */
extern const char *log_journal_path;

#endif
