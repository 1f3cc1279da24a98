/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is logged and where to: levels, targets, and the list behind -l. */
#ifndef CORE_LOG_SETTINGS_H
#define CORE_LOG_SETTINGS_H

#include <stdbool.h>

#include "util/error.h"

/* The most severe first. A line is written where its level is the chosen one or a more severe one.
 */
enum log_level {
	LOG_LEVEL_FATAL,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_NOTICE, /* when an operation begins, each quarter, and when it ends */
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Where lines go; a set. */
enum log_target {
	LOG_TARGET_STDERR = 1 << 0,
	LOG_TARGET_SYSLOG = 1 << 1,
	LOG_TARGET_JOURNAL = 1 << 2,
};

struct log_settings {
	enum log_level level;
	bool wire; /* every message on the socket */
	bool cmd;  /* lvm2's own debugging: lvpoll gets -vvvv */
	unsigned targets;
};

/* From level to name ("fatal" to "debug"), and back. The second returns 0 or -EINVAL. */
const char *log_level_name(enum log_level level);
int log_level_from_name(const char *name, enum log_level *level);
/* NAME is "stderr", "syslog" or "journal". Returns 0 or -EINVAL. */
int log_target_from_name(const char *name, enum log_target *target);
/* The names for messages and suggestions, ended by NULL. */
extern const char *const log_level_names[];
extern const char *const log_target_names[];

/*
 * Reads stock's -l LIST (all, fatal, error, warn, info, debug, wire, cmd, separated by commas), and
 * notice, into SETTINGS. The least severe level that is named is put in force. Where none is named
 * the level stays. As with stock, "all" is wire and debug. Returns 0 or -EINVAL with the word
 * that is wrong; SETTINGS is then unchanged.
 */
int log_settings_parse(
	struct log_settings *settings, const char *list, struct lvmpolld_error *error);

#endif
