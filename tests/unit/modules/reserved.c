/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: its operation is a request of the daemon. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "reserved",
	.operation = "hello",
	.description = "For tests",
};

LVMPOLLD_PLUGIN_EXPORT(reserved, plugin);
