/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of a plugin's configuration keys: all are checked before the plugin gets them. */
#ifndef CORE_LOADER_VALUES_H
#define CORE_LOADER_VALUES_H

#include <lvmpolld/plugin.h>

#include "configuration/configuration.h"
#include "loader/plugins.h"
#include "util/error.h"

struct plugin_value {
	const struct lvmpolld_key *key;
	char *text;
	char *position; /* "file:line:column: " of the file that has it; "" for a default */
};

/* First the keys that every plugin has, and those of its kind; then the plugin's own. */
struct plugin_values {
	size_t count;
	struct plugin_value *list;
	enum plugin_monitor monitor;
	unsigned stall_check_s;
	enum plugin_verify verify;
	bool discover;
};

/*
 * Fills VALUES from PLUGIN's section of CONFIGURATION, which may be missing, and its defaults.
 * Returns 0 or a negative errno with the position of the error; VALUES is then empty.
 */
int plugin_values_read(struct plugin_values *values, const struct lvmpolld_plugin *plugin,
	const struct configuration *configuration, struct lvmpolld_error *error);

/* Gives PLUGIN every value. Returns 0, or what the plugin returned and the position of the value.
 */
int plugin_values_apply(const struct plugin_values *values, const struct lvmpolld_plugin *plugin,
	struct lvmpolld_error *error);

void plugin_values_clear(struct plugin_values *values);

/* Checks that PLUGIN's keys are none of the keys of every plugin. Returns 0 or -EINVAL. */
int plugin_values_check_keys(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error);

#endif
