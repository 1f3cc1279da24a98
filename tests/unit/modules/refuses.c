/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: it refuses its configuration without a reason. */
#include <lvmpolld/plugin.h>

static int configure(
	const char *key, const struct lvmpolld_value *value, struct lvmpolld_error *error)
{
	(void)key;
	(void)value;
	(void)error;
	return -1;
}

static const struct lvmpolld_key keys[] = {
	{"mood", LVMPOLLD_STRING, "bad", "A mood."}, {.name = NULL}};

static const struct lvmpolld_plugin plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "refuses",
	.operation = "refuses_operation",
	.description = "For tests",
	.keys = keys,
	.configure = configure,
};

LVMPOLLD_PLUGIN_EXPORT(refuses, plugin);
