/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin for test_own_plugins.py: it answers questions of lvm2's where the volume is called
 * "forced". */
#include <lvmpolld/plugin.h>

#include <string.h>

static int answers_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	int result = lvmpolld_arguments_add_standard(arguments, request, "answers");

	if (result == 0 && strcmp(request->lv_name, "forced") == 0)
		result = lvmpolld_arguments_add(arguments, "-vfy");
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

static const struct lvmpolld_plugin answers_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "answers",
	.operation = "answers",
	.description = "Answers questions",
	.build_arguments = answers_build_arguments,
	.progress_label = "Moved",
	.silence_s = 900,
};

LVMPOLLD_PLUGIN_EXPORT(answers, answers_plugin);
