/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: it has only what is required. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "plain",
	.operation = "plain_operation",
	.description = "For tests",
	.progress_label = "Done",
};

LVMPOLLD_PLUGIN_EXPORT(plain, plugin);
