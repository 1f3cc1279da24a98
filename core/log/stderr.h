/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard error as a target of the log. It never waits. */
#ifndef CORE_LOG_STDERR_H
#define CORE_LOG_STDERR_H

#include <stdbool.h>

#include "log/targets.h"

/* Writes one line. Returns 0, or a negative errno where it was not taken as a whole. */
int log_stderr_write(const struct log_line *line);

/* Whether what is written there comes out in the systemd journal, too. */
bool log_stderr_is_journal(void);

#endif
