/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon provides to its plugins: the functions at the end of lvmpolld/plugin.h. */
#include "config.h"

#include <stdarg.h>

#include <lvmpolld/plugin.h>

#include "comparing/copies.h"
#include "loader/defaults.h"
#include "loader/disks.h"
#include "loader/findings.h"
#include "loader/options.h"
#include "loader/plugin_log.h"
#include "loader/row.h"
#include "log/log.h"
#include "process/arguments.h"
#include "util/error.h"

int lvmpolld_error_set(struct lvmpolld_error *error, int code, const char *format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = error_set_arguments(error, code, format, arguments);
	va_end(arguments);
	return result;
}

int lvmpolld_arguments_add(struct lvmpolld_arguments *arguments, const char *argument)
{
	return arguments_add(arguments, argument);
}

int lvmpolld_arguments_add_standard(struct lvmpolld_arguments *arguments,
	const struct lvmpolld_request *request, const char *operation_name)
{
	return plugin_defaults_add_arguments(arguments, request, operation_name);
}

bool lvmpolld_progress_read_line(
	const char *line, const char *label, struct lvmpolld_progress *progress)
{
	return plugin_defaults_read_line(line, label, progress);
}

enum lvmpolld_outcome lvmpolld_exit_read_standard(const struct lvmpolld_exit *ended)
{
	return plugin_defaults_read_exit(ended);
}

const char *lvmpolld_row_field(const struct lvmpolld_row *row, const char *field)
{
	return row_find(row, field);
}

void lvmpolld_copies_add(struct lvmpolld_copies *copies, const struct lvmpolld_copy *copy)
{
	struct copy added = {.length_sectors = copy->length_sectors};

	for (int i = 0; i < 2; i++)
		added.places[i] =
			(struct copy_place){copy->major[i], copy->minor[i], copy->start_sectors[i]};
	copies_add(copies, &added);
}

void lvmpolld_disks_add(struct lvmpolld_disks *disks, const char *device, bool is_destination)
{
	disks_add(disks, "/sys", device, is_destination);
}

void lvmpolld_findings_add(struct lvmpolld_findings *findings, const char *name, uint64_t number)
{
	if (!findings_add(findings, name, number))
		log_debug("a plugin tells a finding that cannot be told: \"%s\"", name ? name : "");
}

bool lvmpolld_request_option(
	const struct lvmpolld_request *request, const char *name, struct lvmpolld_value *value)
{
	return options_read(request->options, name, value);
}

int lvmpolld_request_set_option(
	const struct lvmpolld_request *request, const char *name, const char *value)
{
	return options_set(request->options, name, value);
}

/* A plugin may have been built with a header that knows more levels than we do. */
static enum log_level level_of(enum lvmpolld_log_level level)
{
	switch (level) {
	case LVMPOLLD_LOG_ERROR:
		return LOG_LEVEL_ERROR;
	case LVMPOLLD_LOG_WARN:
		return LOG_LEVEL_WARN;
	case LVMPOLLD_LOG_INFO:
		return LOG_LEVEL_INFO;
	case LVMPOLLD_LOG_DEBUG:
	default:
		return LOG_LEVEL_DEBUG;
	}
}

void lvmpolld_log(enum lvmpolld_log_level level, const char *format, ...)
{
	va_list arguments;

	if (plugin_log_is_quiet())
		return;
	va_start(arguments, format);
	log_write_arguments(level_of(level), plugin_log_subject(), format, arguments);
	va_end(arguments);
}
