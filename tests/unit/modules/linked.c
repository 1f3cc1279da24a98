/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: one that is linked in. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin linked_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "linked",
	.operation = "linked_operation",
	.description = "Is part of the program",
};

LVMPOLLD_PLUGIN_EXPORT(linked, linked_plugin);
