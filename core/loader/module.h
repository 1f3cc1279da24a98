/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module: opened through libltdl, its plugin checked and copied. */
#ifndef CORE_LOADER_MODULE_H
#define CORE_LOADER_MODULE_H

#include <ltdl.h>

#include <lvmpolld/plugin.h>

#include "loader/find.h"
#include "loader/plugins.h"
#include "loader/values.h"
#include "util/error.h"

struct plugin_module {
	struct plugin_entry entry;
	/* The copy that entry.interface points to once the plugin can be used. */
	struct lvmpolld_plugin plugin;
	lt_dlhandle handle;          /* NULL: closed */
	bool used;                   /* a callback was called: then unload must be called */
	struct plugin_values values; /* of its configuration keys, in force */
};

/*
 * Opens CANDIDATE and fills plugin and entry.operation. The caller sets entry.interface, once it
 * has compared the plugin with the others. Returns 0 or a negative errno: the module is closed
 * then, and entry.operation is set where it could be read.
 */
int plugin_module_open(struct plugin_module *module, const struct plugin_candidate *candidate,
	struct lvmpolld_error *error);

/* Calls the plugin's unload if it was used, and closes the module. The entry stays. */
void plugin_module_close(struct plugin_module *module);

/* Closes it and frees what it owns. */
void plugin_module_clear(struct plugin_module *module);

#endif
