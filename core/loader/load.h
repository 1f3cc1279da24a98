/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads the plugins that the configuration enables, and unloads them. */
#ifndef CORE_LOADER_LOAD_H
#define CORE_LOADER_LOAD_H

#include <stdbool.h>

#include "loader/plugins.h"

/* Whether OPERATION is a request of the daemon's own, which no plugin may take. */
typedef bool (*plugins_reserved_callback)(const char *operation);

/*
 * Loads and configures the plugins that CONFIGURATION enables. A plugin that cannot be used is
 * logged and kept with its reason; the others are loaded. IS_RESERVED may be NULL. Returns NULL
 * only when out of memory or when libltdl cannot start. A process has at most one struct plugins at
 * a time.
 */
struct plugins *plugins_load(const struct configuration *configuration,
	plugins_reserved_callback is_reserved, struct lvmpolld_error *error);

/* Unloads all plugins. No operation may be left. */
void plugins_unload(struct plugins *plugins);

#endif
