/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's log: levels, two extra kinds (wire, cmd), and the targets that lines go to. */
#ifndef CORE_LOG_LOG_H
#define CORE_LOG_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "log/memory.h"
#include "log/messages.h"
#include "log/settings.h"

/* Bytes of a line, everything included: what a pipe takes in one piece (PIPE_BUF). */
#define LOG_LINE_MAX 4096

/* The operation that a line is about: a prefix of the text, and fields in the journal. */
struct log_subject {
	const char *vg_name;
	const char *lv_name;
	const char *lvid;
	const char *operation;
	enum log_message message;  /* which line this is, for the journal */
	const char *result;        /* how the operation ended; or NULL */
	struct log_memory *memory; /* keeps the line, where it is notice or graver; or NULL */
};

/*
 * Puts SETTINGS in force, from any thread. Before the first call warnings and errors go to standard
 * error. A line that a target does not take at once is lost: to wait for it could mean to wait for
 * the storage that lvm2 works on. The number of lost lines is logged once the target takes lines.
 */
void log_configure(const struct log_settings *settings);
/* A copy of the settings in force. Any thread, here and below. */
struct log_settings log_settings_in_force(void);

/* Writes no more lines to standard error, which is /dev/null in the background. */
void log_detach_stderr(void);

/* Closes all targets. Lines that are written afterwards open them again. */
void log_close(void);

/* Whether lines of LEVEL, of the extra kind "wire", or of the extra kind "cmd" are written. */
bool log_is_enabled(enum log_level level);
bool log_wire_is_enabled(void);
bool log_cmd_is_enabled(void);

/*
 * Writes one line, without a newline. Control characters are written as \ooo. A text that is
 * longer than LOG_LINE_MAX is continued in further lines, which begin with "... ". No line of
 * another thread comes between them. Any thread.
 */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_write_subject(enum log_level level, const struct log_subject *subject, const char *format,
	...) __attribute__((format(printf, 3, 4)));
void log_write_arguments(enum log_level level, const struct log_subject *subject,
	const char *format, va_list arguments) __attribute__((format(printf, 3, 0)));
/* A line of the extra kind "wire"; written where that kind is on, whatever the level. */
void log_write_wire(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define log_fatal(...)  log_write(LOG_LEVEL_FATAL, __VA_ARGS__)
#define log_error(...)  log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)   log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_notice(...) log_write(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)   log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)  log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
