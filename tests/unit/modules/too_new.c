/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: built for a later version of the interface. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	.struct_size = sizeof(struct lvmpolld_plugin),
	.interface_version = LVMPOLLD_PLUGIN_INTERFACE + 1,
	.name = "too_new",
	.operation = "too_new_operation",
	.description = "For tests",
};

LVMPOLLD_PLUGIN_EXPORT(too_new, plugin);
