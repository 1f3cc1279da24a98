/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all keys of lvmpolld.yaml, and the ways to set one; plugins' own keys apart. */
#ifndef CORE_CONFIGURATION_KEYS_H
#define CORE_CONFIGURATION_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "configuration/configuration.h"
#include "util/error.h"

/* The section that holds those of the plugins, too. */
#define CONFIGURATION_PLUGIN_SECTION "plugins"

enum configuration_type {
	CONFIGURATION_PATH, /* absolute */
	CONFIGURATION_SECONDS,
	CONFIGURATION_COUNT,
	CONFIGURATION_SIZE,
	CONFIGURATION_BOOLEAN,
	CONFIGURATION_LOG_LEVEL,
	/* Lists: */
	CONFIGURATION_LOG_OUTLETS,
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

/* Key INDEX in the order of the manual page, or NULL behind the last. */
const struct configuration_key *configuration_key(size_t index);

/* Key NAME of SECTION, or NULL. */
const struct configuration_key *configuration_find_key(const char *section, const char *name);

/* "seconds", "list of users", ...: the type in words for people. */
const char *configuration_type_name(enum configuration_type type);

/* Whether values are lists. A key of type CONFIGURATION_PLUGIN_NAMES takes a single word, too. */
bool configuration_type_is_list(enum configuration_type type);

/* Names for suggestions, ended by NULL: all sections; the keys of one section. */
extern const char *const configuration_sections[];
#define CONFIGURATION_SECTION_KEYS_MAX 16
void configuration_section_keys(
	const char *section, const char *names[CONFIGURATION_SECTION_KEYS_MAX + 1]);

/*
 * Sets a key to a single value or to a list, after the checks of its type. Each returns 0 or a
 * negative errno with a sentence without file or key; CONFIGURATION then has the former value.
 * In a list *WRONG is the index of the item that is wrong.
 */
int configuration_set_scalar(struct configuration *configuration,
	const struct configuration_key *key, const char *text, struct lvmpolld_error *error);
int configuration_set_list(struct configuration *configuration, const struct configuration_key *key,
	size_t count, const char *const *items, size_t *wrong, struct lvmpolld_error *error);

/* Sets the value of KEY in the section of plugin NAME. POSITION is copied. 0 or -ENOMEM. */
int configuration_set_plugin_value(struct configuration *configuration, const char *name,
	const char *key, const char *text, const struct configuration_position *position);

/* 0 or -EINVAL: letters, digits and "_" make the name of a plugin or of one of its keys. */
int configuration_check_plugin_word(const char *word, struct lvmpolld_error *error);

/* Makes sure that there is a section of plugin NAME. 0 or -ENOMEM. */
int configuration_add_plugin(struct configuration *configuration, const char *name,
	const struct configuration_position *position);

void configuration_free_plugins(struct configuration *configuration);

/* Reads the YAML text of FILE over CONFIGURATION; as configuration_read. */
int configuration_read_text(struct configuration *configuration, const char *file, const char *text,
	size_t size, struct lvmpolld_error *error);

#endif
