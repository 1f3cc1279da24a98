/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: another module has the same operation. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "taken",
	.operation = "good-operation",
	.description = "For tests",
};

LVMPOLLD_PLUGIN_EXPORT(taken, plugin);
