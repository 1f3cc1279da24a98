/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the plugin of an operation. */
#include "config.h"

#include "loader/calls.h"
#include "loader/plugin_log.h"
#include "operation/callbacks.h"

int callbacks_build_arguments(const struct operation *operation,
	const struct lvmpolld_request *asked, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	const struct log_subject subject = terms_subject(operation->terms);
	int result;

	plugin_log_begin(&subject, false);
	result = plugin_build_arguments(operation->terms->plugin, asked, arguments, error);
	plugin_log_end();
	return result;
}

bool callbacks_read_line(
	const struct operation *operation, const char *line, struct lvmpolld_progress *progress)
{
	const struct log_subject subject = terms_subject(operation->terms);
	bool told;

	plugin_log_begin(&subject, false);
	told = plugin_read_line(operation->terms->plugin, line, progress);
	plugin_log_end();
	return told;
}

enum lvmpolld_outcome callbacks_read_exit(const struct operation *operation,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	const struct log_subject subject = terms_subject(operation->terms);
	const struct lvmpolld_request asked = operation_asked(operation);
	enum lvmpolld_outcome outcome;

	plugin_log_begin(&subject, false);
	outcome = plugin_read_exit(operation->terms->plugin, &asked, ended, progress);
	plugin_log_end();
	return outcome;
}

enum lvmpolld_standing callbacks_read_report(
	const struct operation *operation, const struct lvmpolld_row *volume)
{
	const struct log_subject subject = terms_subject(operation->terms);
	const struct lvmpolld_request asked = operation_asked(operation);
	enum lvmpolld_standing standing;

	plugin_log_begin(&subject, false);
	standing = plugin_read_report(operation->terms->plugin, &asked, volume);
	plugin_log_end();
	return standing;
}
