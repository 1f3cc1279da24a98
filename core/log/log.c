/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's log: what is written, and to which targets. */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "log/journal.h"
#include "log/log.h"
#include "log/stderr.h"
#include "log/syslog.h"
#include "log/targets.h"
#include "util/escape.h"

/* Begins each line that continues the line before it. */
#define CONTINUATION "... "

/* A target and the lines that it did not take. */
struct target {
	enum log_target bit;
	const char *name;
	int (*write)(const struct log_line *line);
	unsigned long lost;
};

static struct target target_table[] = {
	{LOG_TARGET_STDERR, "standard error", log_stderr_write, 0},
	{LOG_TARGET_SYSLOG, "syslog", log_syslog_write, 0},
	{LOG_TARGET_JOURNAL, "the journal", log_journal_write, 0},
};

static const int priorities[] = {
	[LOG_LEVEL_FATAL] = LOG_CRIT,
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARN] = LOG_WARNING,
	[LOG_LEVEL_NOTICE] = LOG_NOTICE,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

/* Read without the lock, so that a line that is not wanted costs next to nothing. */
static atomic_int level_in_force = LOG_LEVEL_WARN;
static atomic_bool wire_in_force;
static atomic_bool cmd_in_force;

/* Held only while lines are handed to targets, none of which waits. Protects all that follows. */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned targets_wanted = LOG_TARGET_STDERR;
static unsigned targets_used = LOG_TARGET_STDERR;
static bool stderr_detached;

/* The targets to use for WANTED, so that no line comes out in the journal twice. */
static unsigned choose_targets(unsigned wanted, bool detached)
{
	unsigned used = wanted;

	if (detached)
		used &= ~(unsigned)LOG_TARGET_STDERR;
	if ((used & LOG_TARGET_STDERR) != 0 && log_stderr_is_journal() && log_journal_is_there()) {
		used &= ~(unsigned)LOG_TARGET_STDERR;
		used |= LOG_TARGET_JOURNAL;
	}
	if ((used & LOG_TARGET_JOURNAL) != 0 && log_syslog_is_journal())
		used &= ~(unsigned)LOG_TARGET_SYSLOG;
	return used;
}

static void use_targets_locked(void)
{
	targets_used = choose_targets(targets_wanted, stderr_detached);
	if ((targets_used & LOG_TARGET_SYSLOG) == 0)
		log_syslog_close();
	if ((targets_used & LOG_TARGET_JOURNAL) == 0)
		log_journal_close();
}

/* syslog is a target by default, so its absence is no warning. */
static void tell_absent_targets(unsigned wanted)
{
	if ((wanted & LOG_TARGET_JOURNAL) != 0 && !log_journal_is_there())
		log_warn("nobody listens on %s, so the log does not get to the journal",
			log_journal_path);
	if ((wanted & LOG_TARGET_SYSLOG) != 0 && !log_syslog_is_there())
		log_info(
			"nobody listens on %s, so the log does not get to syslog", log_syslog_path);
}

void log_configure(const struct log_settings *settings)
{
	atomic_store(&level_in_force, (int)settings->level);
	atomic_store(&wire_in_force, settings->wire);
	atomic_store(&cmd_in_force, settings->cmd);
	pthread_mutex_lock(&log_lock);
	targets_wanted = settings->targets;
	use_targets_locked();
	pthread_mutex_unlock(&log_lock);
	tell_absent_targets(settings->targets);
}

struct log_settings log_settings_in_force(void)
{
	struct log_settings settings = {
		.level = (enum log_level)atomic_load(&level_in_force),
		.wire = atomic_load(&wire_in_force),
		.cmd = atomic_load(&cmd_in_force),
	};

	pthread_mutex_lock(&log_lock);
	settings.targets = targets_wanted;
	pthread_mutex_unlock(&log_lock);
	return settings;
}

void log_detach_stderr(void)
{
	pthread_mutex_lock(&log_lock);
	stderr_detached = true;
	use_targets_locked();
	pthread_mutex_unlock(&log_lock);
}

void log_close(void)
{
	pthread_mutex_lock(&log_lock);
	log_syslog_close();
	log_journal_close();
	pthread_mutex_unlock(&log_lock);
}

bool log_is_enabled(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&level_in_force, memory_order_relaxed);
}

bool log_wire_is_enabled(void)
{
	return atomic_load_explicit(&wire_in_force, memory_order_relaxed);
}

bool log_cmd_is_enabled(void)
{
	return atomic_load_explicit(&cmd_in_force, memory_order_relaxed);
}

/* Says how many lines were lost, once the target takes lines again. */
static bool tell_lost_locked(struct target *target)
{
	char text[128];
	struct log_line line = {.kind = "warn", .priority = LOG_WARNING, .text = text};

	if (target->lost == 0)
		return true;
	snprintf(text, sizeof(text), "lines lost here, because %s did not take them: %lu",
		target->name, target->lost);
	if (target->write(&line) < 0)
		return false;
	target->lost = 0;
	return true;
}

static void write_line_locked(const struct log_line *line)
{
	for (size_t i = 0; i < sizeof(target_table) / sizeof(target_table[0]); i++) {
		struct target *target = &target_table[i];

		if ((targets_used & (unsigned)target->bit) == 0)
			continue;
		if (!tell_lost_locked(target) || target->write(line) < 0)
			target->lost++;
	}
}

/* "vg/lv (pvmove): ", as far as it is known. Returns its length. */
static size_t write_prefix(char *prefix, size_t size, const struct log_subject *subject)
{
	char raw[512] = "";
	const char *rest = raw;
	int length;

	prefix[0] = '\0';
	if (!subject || !subject->vg_name || !subject->lv_name)
		return 0;
	length = snprintf(raw, sizeof(raw), "%s/%s%s%s%s: ", subject->vg_name, subject->lv_name,
		subject->operation ? " (" : "", subject->operation ? subject->operation : "",
		subject->operation ? ")" : "");
	return length < 0 ? 0 : escape_text(prefix, size, &rest);
}

/* Writes MESSAGE, in as many lines as it takes. */
static void write_message(
	const char *kind, int priority, const struct log_subject *subject, const char *message)
{
	char text[LOG_TEXT_MAX];
	size_t prefix_length = write_prefix(text, sizeof(text) / 2, subject);
	size_t start = prefix_length;
	struct log_line line = {
		.kind = kind, .priority = priority, .subject = subject, .text = text};
	const char *rest = message;

	pthread_mutex_lock(&log_lock);
	do {
		escape_text(text + start, sizeof(text) - start, &rest);
		write_line_locked(&line);
		memcpy(text + prefix_length, CONTINUATION, sizeof(CONTINUATION));
		start = prefix_length + sizeof(CONTINUATION) - 1;
	} while (*rest != '\0');
	pthread_mutex_unlock(&log_lock);
}

static void __attribute__((format(printf, 4, 0))) format_and_write(const char *kind, int priority,
	const struct log_subject *subject, const char *format, va_list arguments)
{
	char text[1024];
	char *message = text;
	int saved_errno = errno;
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(text, sizeof(text), format, arguments);
	/* When out of memory for a long line, its beginning is still written. */
	if (length >= (int)sizeof(text) && vasprintf(&message, format, again) < 0)
		message = text;
	va_end(again);
	write_message(kind, priority, subject, message);
	if (message != text)
		free(message);
	errno = saved_errno;
}

static void __attribute__((format(printf, 2, 0)))
remember(struct log_memory *memory, const char *format, va_list arguments)
{
	/* One byte more than is kept, which shows that it was longer. */
	char text[LOG_MEMORY_TEXT_MAX + 1];
	int saved_errno = errno;
	va_list again;

	va_copy(again, arguments);
	vsnprintf(text, sizeof(text), format, again);
	va_end(again);
	log_memory_add(memory, time(NULL), text);
	errno = saved_errno;
}

void log_write_arguments(enum log_level level, const struct log_subject *subject,
	const char *format, va_list arguments)
{
	if (subject && subject->memory && level <= LOG_LEVEL_NOTICE)
		remember(subject->memory, format, arguments);
	if (!log_is_enabled(level))
		return;
	format_and_write(log_level_name(level), priorities[level], subject, format, arguments);
}

void log_write(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write_arguments(level, NULL, format, arguments);
	va_end(arguments);
}

void log_write_subject(
	enum log_level level, const struct log_subject *subject, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write_arguments(level, subject, format, arguments);
	va_end(arguments);
}

void log_write_wire(const char *format, ...)
{
	va_list arguments;

	if (!log_wire_is_enabled())
		return;
	va_start(arguments, format);
	format_and_write("wire", LOG_DEBUG, NULL, format, arguments);
	va_end(arguments);
}
