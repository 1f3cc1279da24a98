/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's log: levels, two extra kinds (wire, cmd), and the outlets that lines go to. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "util/error.h"

/* From the most severe on: a line is written when its level is at or before the chosen one. */
enum log_level {
	LOG_LEVEL_FATAL,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Where lines go; a set. */
enum log_outlet {
	LOG_OUTLET_STDERR = 1 << 0,
	LOG_OUTLET_SYSLOG = 1 << 1,
	LOG_OUTLET_JOURNAL = 1 << 2,
};

/* Bytes of a line, everything included: what a pipe takes in one piece (PIPE_BUF). */
#define LOG_LINE_MAX 4096

struct log_settings {
	enum log_level level;
	bool wire; /* every message on the socket */
	bool cmd;  /* lvm2's own debugging: lvpoll gets -vvvv */
	unsigned outlets;
};

/* The operation that a line is about: a prefix of the text, and fields in the journal. */
struct log_subject {
	const char *vg_name;
	const char *lv_name;
	const char *lvid;
	const char *operation;
};

/* "fatal" to "debug"; and back: 0 or -EINVAL. */
const char *log_level_name(enum log_level level);
int log_level_from_name(const char *name, enum log_level *level);
/* "stderr", "syslog" or "journal": 0 or -EINVAL. */
int log_outlet_from_name(const char *name, enum log_outlet *outlet);
/* The names for messages and suggestions, ended by NULL. */
extern const char *const log_level_names[];
extern const char *const log_outlet_names[];

/*
 * Reads stock's -l LIST (all, fatal, error, warn, info, debug, wire, cmd, separated by commas)
 * into SETTINGS: the least severe level named is the one in force, or the one of SETTINGS where
 * none is named. As with stock, "all" is wire and debug. Returns 0 or -EINVAL with the word that
 * is wrong; SETTINGS is then unchanged.
 */
int log_settings_parse(
	struct log_settings *settings, const char *list, struct lvmpolld_error *error);

/*
 * Puts SETTINGS in force, from any thread. Before the first call warnings and worse go to standard
 * error. Lines that an outlet does not take at once are lost, since the storage that it waits for
 * may be the one that is worked on here; how many is said there as soon as it takes lines again.
 */
void log_configure(const struct log_settings *settings);
struct log_settings log_settings_in_force(void);

/* In the background standard error leads nowhere: no line goes there any more. */
void log_detach_stderr(void);

/*
 * Lets libdevmapper write its messages through this log. Called once, before any thread. They
 * come out at level debug: whatever matters of them is said by the caller, who knows the volume.
 */
void log_adopt_libdevmapper(void);

void log_close(void);

bool log_is_enabled(enum log_level level);
bool log_wire_is_enabled(void);
bool log_cmd_is_enabled(void);

/*
 * Writes one line, without a newline. Control characters are written as \ooo. A text that is
 * longer than LOG_LINE_MAX goes on in the lines that follow, which begin with "... "; no line of
 * another thread comes between. Any thread.
 */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_write_subject(enum log_level level, const struct log_subject *subject, const char *format,
	...) __attribute__((format(printf, 3, 4)));
void log_write_arguments(enum log_level level, const struct log_subject *subject,
	const char *format, va_list arguments) __attribute__((format(printf, 3, 0)));
/* A line of the extra kind "wire"; written where that kind is on, whatever the level. */
void log_write_wire(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define log_fatal(...) log_write(LOG_LEVEL_FATAL, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
