/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: it is loaded only where it is named. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "named",
	.operation = "named_operation",
	.description = "For tests",
	.only_by_name = true,
};

LVMPOLLD_PLUGIN_EXPORT(named, plugin);
