/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes what the module answers, by the linker's --wrap; and stands in for core/log/log.c. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/history.h"
#include "loader/calls.h"
#include "log/log.h"
#include "operation/operation.h"
#include "seen.h"

struct seen seen;
static bool is_log_shown;

void seen_begin_step(void)
{
	seen.has_outcome = seen.has_standing = false;
	free(seen.log);
	seen.log = NULL;
}

void seen_clear(void)
{
	free(seen.log);
	seen = (struct seen){.progress = {.struct_size = sizeof(seen.progress), .percent = -1}};
}

void seen_show_log(void)
{
	is_log_shown = true;
}

/* --- core/loader/calls.c, with a note --- */

enum lvmpolld_verdict __real_plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress);
enum lvmpolld_verdict __wrap_plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress);

enum lvmpolld_verdict __wrap_plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress)
{
	seen.verdict = __real_plugin_read_targets(entry, request, targets, count, progress);
	seen.has_verdict = true;
	seen.progress = *progress;
	return seen.verdict;
}

void __real_plugin_read_findings(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_findings *findings);
void __wrap_plugin_read_findings(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_findings *findings);

void __wrap_plugin_read_findings(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_findings *findings)
{
	__real_plugin_read_findings(entry, request, targets, count, findings);
	findings_write(findings, seen.findings);
}

bool __real_plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress);
bool __wrap_plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress);

bool __wrap_plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress)
{
	bool result = __real_plugin_read_line(entry, line, progress);

	if (result)
		seen.progress = *progress;
	return result;
}

enum lvmpolld_outcome __real_plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended,
	const struct lvmpolld_progress *progress);
enum lvmpolld_outcome __wrap_plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended,
	const struct lvmpolld_progress *progress);

enum lvmpolld_outcome __wrap_plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended,
	const struct lvmpolld_progress *progress)
{
	seen.outcome = __real_plugin_read_exit(entry, request, ended, progress);
	seen.has_outcome = true;
	return seen.outcome;
}

enum lvmpolld_standing __real_plugin_read_report(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume);
enum lvmpolld_standing __wrap_plugin_read_report(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume);

enum lvmpolld_standing __wrap_plugin_read_report(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	seen.standing = __real_plugin_read_report(entry, request, volume);
	seen.has_standing = true;
	return seen.standing;
}

/* --- core/lifecycle/history.c, with a note --- */

void __real_history_add(struct operation *operation, enum operation_event event);
void __wrap_history_add(struct operation *operation, enum operation_event event);

void __wrap_history_add(struct operation *operation, enum operation_event event)
{
	seen.end = state_name(operation->state);
	__real_history_add(operation, event);
}

/* --- what core/log/log.c has --- */

void log_write_arguments(enum log_level level, const struct log_subject *subject,
	const char *format, va_list arguments)
{
	char *line, *longer;

	if (vasprintf(&line, format, arguments) < 0)
		return;
	if (is_log_shown && level <= LOG_LEVEL_DEBUG)
		fprintf(stderr, "  log: %s: %s%s%s%s%s\n", log_level_name(level),
			subject ? subject->vg_name : "", subject ? "/" : "",
			subject ? subject->lv_name : "", subject ? ": " : "", line);
	if (asprintf(&longer, "%s%s\n", seen.log ? seen.log : "", line) >= 0) {
		free(seen.log);
		seen.log = longer;
	}
	free(line);
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

bool log_is_enabled(enum log_level level)
{
	(void)level;
	return true;
}

bool log_cmd_is_enabled(void)
{
	return false;
}

bool log_wire_is_enabled(void)
{
	return false;
}
