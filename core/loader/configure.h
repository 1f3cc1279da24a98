/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives the loaded plugins their values, all or none. */
#ifndef CORE_LOADER_CONFIGURE_H
#define CORE_LOADER_CONFIGURE_H

#include "loader/plugins.h"

struct plugin_module;
struct plugin_values;

/*
 * Gives the loaded plugins the values of CONFIGURATION. If one refuses its values, every plugin
 * gets its former values back, and the error names file, line and key.
 */
int plugins_configure(struct plugins *plugins, const struct configuration *configuration,
	struct lvmpolld_error *error);

/* Puts VALUES, which the plugin has accepted, in force, and owns them from now on. */
void plugins_take_values(struct plugin_module *module, const struct plugin_values *values);

#endif
