/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin would run. */
#ifndef TESTS_UNIT_BUILT_LINE_H
#define TESTS_UNIT_BUILT_LINE_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include <lvmpolld/plugin.h>

#include "loader/options.h"
#include "process/arguments.h"

#define BUILT_LINE_SIZE 300

/* Builds into LINE, with blanks between, what is run for REQUEST with OPTIONS, or why nothing is.
 */
static inline int build_line(const struct lvmpolld_plugin *plugin,
	const struct lvmpolld_request *request, const char *options, char line[BUILT_LINE_SIZE])
{
	struct lvmpolld_request asked = *request;
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error = {0};
	int result;

	ck_assert_int_eq(options_new(plugin, options, false, &asked.options, &error), 0);
	result = plugin->build_arguments(&asked, &arguments, &error);
	line[0] = '\0';
	for (size_t i = 0; i < arguments.count; i++)
		snprintf(line + strlen(line), BUILT_LINE_SIZE - strlen(line), "%s%s", i ? " " : "",
			arguments.list[i]);
	if (result != 0)
		snprintf(line, BUILT_LINE_SIZE, "%.100s", error.sentence);
	arguments_clear(&arguments);
	options_release(asked.options);
	return result;
}

#endif
