/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins as their loader sees them. Only the files of this folder use it. */
#ifndef CORE_LOADER_PLUGINS_SET_H
#define CORE_LOADER_PLUGINS_SET_H

#include "loader/module.h"
#include "loader/plugins.h"

struct plugins {
	size_t count;
	struct plugin_module *modules; /* sorted by name */
};

/* Whether CONFIGURATION enables the plugin NAME, which "all" does not mean if IS_ONLY_BY_NAME. */
bool plugins_is_enabled(
	const struct configuration *configuration, const char *name, bool is_only_by_name);

/* Warns of sections in CONFIGURATION for which there is no plugin. */
void plugins_warn_of_sections(
	const struct plugins *plugins, const struct configuration *configuration);

#endif
