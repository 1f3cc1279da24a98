/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads the plugins that the configuration enables, and unloads them. */
#ifndef CORE_LOADER_LOAD_H
#define CORE_LOADER_LOAD_H

#include <stdbool.h>

#include "loader/plugins.h"

/* Whether OPERATION is a request of the daemon's own, which no plugin may take. */
typedef bool (*plugins_reserved_callback)(const char *operation);

/*
 * Loads what CONFIGURATION enables from its plugin directory, and configures it. A plugin that
 * cannot be used is logged and remembered with its reason; the others go on. IS_RESERVED may be
 * NULL. Returns NULL only when out of memory or when libltdl cannot start. One at a time in a
 * process.
 */
struct plugins *plugins_load(const struct configuration *configuration,
	plugins_reserved_callback is_reserved, struct lvmpolld_error *error);

/* Unloads everything. No operation may be left. */
void plugins_unload(struct plugins *plugins);

#endif
