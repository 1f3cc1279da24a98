/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: the plugin's name differs from the file's. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "good",
	.operation = "other_name_operation",
	.description = "For tests",
};

LVMPOLLD_PLUGIN_EXPORT(other_name, plugin);
