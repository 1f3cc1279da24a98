/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins' sections: kept as text, because only the loaded plugin knows its keys. */
#ifndef CORE_CONFIGURATION_SECTIONS_H
#define CORE_CONFIGURATION_SECTIONS_H

#include "configuration/configuration.h"
#include "util/error.h"

/* The section of plugin NAME, or NULL. */
const struct configuration_plugin *configuration_find_plugin(
	const struct configuration *configuration, const char *name);

/* Sets the value of KEY in the section of plugin NAME. POSITION is copied. 0 or -ENOMEM. */
int configuration_set_plugin_value(struct configuration *configuration, const char *name,
	const char *key, const char *text, const struct configuration_position *position);

/* 0 or -EINVAL: letters, digits and "_" make the name of a plugin or of one of its keys. */
int configuration_check_plugin_word(const char *word, struct lvmpolld_error *error);

/* Makes sure that there is a section of plugin NAME. POSITION is copied. 0 or -ENOMEM. */
int configuration_add_plugin(struct configuration *configuration, const char *name,
	const struct configuration_position *position);

void configuration_free_plugins(struct configuration *configuration);

#endif
