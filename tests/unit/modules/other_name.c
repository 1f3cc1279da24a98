/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: its name is not that of its file. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "good",
	.operation = "other_name_operation",
	.description = "For tests",
};

LVMPOLLD_PLUGIN_EXPORT(other_name, plugin);
