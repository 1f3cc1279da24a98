/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the log hands to its targets. Only the log uses this. No target ever waits. */
#ifndef CORE_LOG_TARGETS_H
#define CORE_LOG_TARGETS_H

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

#endif
