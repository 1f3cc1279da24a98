/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: it calls a function that does not exist. */
#include <lvmpolld/plugin.h>

void lvmpolld_function_of_the_future(void);

static void undefined_unload(void)
{
	lvmpolld_function_of_the_future();
}

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "undefined",
	.operation = "undefined_operation",
	.description = "For tests",
	.unload = undefined_unload,
};

LVMPOLLD_PLUGIN_EXPORT(undefined, plugin);
