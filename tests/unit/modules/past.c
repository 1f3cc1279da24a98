/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: built when the struct ended at its description. */
#include <lvmpolld/plugin.h>

static const struct {
	size_t struct_size;
	unsigned interface_version;
	const char *name;
	const char *operation;
	const char *description;
	const char *poison[32]; /* behind its end: not to be looked at */
} past_plugin = {
	.struct_size = offsetof(struct lvmpolld_plugin, keys),
	.interface_version = LVMPOLLD_PLUGIN_INTERFACE,
	.name = "past",
	.operation = "past_operation",
	.description = "Comes from the past",
	.poison = {[0 ... 31] = "poison"},
};

__attribute__((visibility("default"))) const struct lvmpolld_plugin *past_LTX_lvmpolld_plugin(void);

const struct lvmpolld_plugin *past_LTX_lvmpolld_plugin(void)
{
	return (const struct lvmpolld_plugin *)(const void *)&past_plugin;
}
