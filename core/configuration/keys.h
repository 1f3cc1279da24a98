/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all keys of lvmpolld.yaml. The keys of plugins are not in it. */
#ifndef CORE_CONFIGURATION_KEYS_H
#define CORE_CONFIGURATION_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "configuration/configuration.h"
#include "util/error.h"

/* The section that has the sections of the plugins, too. */
#define CONFIGURATION_PLUGIN_SECTION "plugins"

enum configuration_type {
	CONFIGURATION_PATH, /* absolute */
	CONFIGURATION_SECONDS,
	CONFIGURATION_COUNT,
	CONFIGURATION_SIZE,
	CONFIGURATION_BOOLEAN,
	CONFIGURATION_LOG_LEVEL,
	CONFIGURATION_RESUME,
	CONFIGURATION_ADOPT,
	/* Lists: */
	CONFIGURATION_LOG_TARGETS,
	CONFIGURATION_USERS,
	CONFIGURATION_GROUPS,
	CONFIGURATION_PLUGIN_NAMES, /* or the word "all" */
};

struct configuration_key {
	const char *section;
	const char *name;
	enum configuration_type type;
	const char
		*default_text; /* as it would be written; NULL where it follows from another key */
	uint64_t minimum;      /* of numbers; of a path the length */
	uint64_t maximum;
	size_t offset;           /* in struct configuration, of the (first) field of the type */
	const char *description; /* one sentence */
};

/* Key I in the order of the manual page, or NULL behind the last. */
const struct configuration_key *configuration_key(size_t i);

/* Key NAME of SECTION, or NULL. */
const struct configuration_key *configuration_find_key(const char *section, const char *name);

/* "seconds", "list of users", ...: the type in words for people. */
const char *configuration_type_name(enum configuration_type type);

/* Values of TYPE are lists. CONFIGURATION_PLUGIN_NAMES may be the single word "all", too. */
bool configuration_type_is_list(enum configuration_type type);

/* Names for suggestions, ended by NULL: all sections; the keys of one section. */
extern const char *const configuration_sections[];
#define CONFIGURATION_SECTION_KEYS_MAX 16
void configuration_section_keys(
	const char *section, const char *names[CONFIGURATION_SECTION_KEYS_MAX + 1]);

#endif
