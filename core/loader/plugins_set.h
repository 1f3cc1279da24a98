/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the plugins' administration share. */
#ifndef CORE_PLUGINS_SET_H
#define CORE_PLUGINS_SET_H

#include "loader/module.h"
#include "loader/plugins.h"

struct plugins {
	size_t count;
	struct plugin_module *modules; /* sorted by name */
};

/* Whether CONFIGURATION asks for the plugin NAME. */
bool plugins_is_enabled(const struct configuration *configuration, const char *name);

/* Warns of sections in CONFIGURATION for which there is no plugin. */
void plugins_warn_of_sections(
	const struct plugins *plugins, const struct configuration *configuration);

#endif
