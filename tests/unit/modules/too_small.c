/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: its struct ends before the description. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	.struct_size = offsetof(struct lvmpolld_plugin, description),
	.interface_version = LVMPOLLD_PLUGIN_INTERFACE,
	.name = "too_small",
	.operation = "too_small_operation",
};

LVMPOLLD_PLUGIN_EXPORT(too_small, plugin);
