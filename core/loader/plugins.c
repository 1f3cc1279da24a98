/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins that are loaded, and the ones that are not, with the reason. */
#include <config.h>

#include "loader/plugins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "loader/plugins_set.h"

bool plugins_is_enabled(const struct configuration *configuration, const char *name)
{
	if (configuration->plugins_all)
		return true;
	for (size_t index = 0; index < configuration->plugin_enabled_count; index++)
		if (strcmp(configuration->plugins_enabled[index], name) == 0)
			return true;
	return false;
}

static const struct plugin_entry *find_name(const struct plugins *plugins, const char *name)
{
	for (size_t index = 0; index < plugins->count; index++)
		if (strcmp(plugins->modules[index].entry.name, name) == 0)
			return &plugins->modules[index].entry;
	return NULL;
}

static const char *find_nearest_name(const struct plugins *plugins, const char *name)
{
	const char **names = calloc(plugins->count + 1, sizeof(*names));
	const char *nearest = NULL;

	for (size_t index = 0; names != NULL && index < plugins->count; index++)
		names[index] = plugins->modules[index].entry.name;
	if (names != NULL)
		nearest = configuration_nearest_name(name, names);
	free(names);
	return nearest;
}

/* A package that is gone may have left its part of the configuration behind. */
void plugins_warn_of_sections(
	const struct plugins *plugins, const struct configuration *configuration)
{
	for (size_t index = 0; index < configuration->plugin_count; index++) {
		const struct configuration_plugin *section = &configuration->plugins[index];
		const char *nearest = find_nearest_name(plugins, section->name);

		if (find_name(plugins, section->name) == NULL)
			log_warn("%s:%u:%u: plugins.%s: there is no plugin of this name, its "
				 "section has no effect%s%s%s",
				section->position.file, section->position.line,
				section->position.column, section->name,
				nearest != NULL ? "; did you mean \"" : "",
				nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	}
}

int plugins_check(const struct plugins *plugins, struct lvmpolld_error *error)
{
	size_t enabled = 0, failed = 0;

	for (size_t index = 0; index < plugins->count; index++) {
		const struct plugin_entry *entry = &plugins->modules[index].entry;

		enabled += entry->enabled;
		failed += entry->enabled && entry->plugin == NULL;
	}
	if (failed == 0)
		return 0;
	return error_set(
		error, ENOEXEC, "%zu of %zu enabled plugins cannot be used", failed, enabled);
}

const struct plugin_entry *plugins_entry(const struct plugins *plugins, size_t index)
{
	return index < plugins->count ? &plugins->modules[index].entry : NULL;
}

const struct plugin_entry *plugins_find_operation(
	const struct plugins *plugins, const char *operation)
{
	for (size_t index = 0; index < plugins->count; index++) {
		const struct plugin_entry *entry = &plugins->modules[index].entry;

		if (entry->plugin != NULL && strcmp(entry->operation, operation) == 0)
			return entry;
	}
	return NULL;
}

/* Whether the LENGTH bytes at WORD are one of the words of TEXT, which "_" or "-" separate. */
static bool has_word(const char *text, const char *word, size_t length)
{
	while (*text != '\0') {
		size_t here = strcspn(text, "_-");

		if (here == length && strncmp(text, word, length) == 0)
			return true;
		text += here;
		text += strspn(text, "_-");
	}
	return false;
}

/* Whether both have the same words, as "thin_merge" and "merge_thin" have. */
static bool has_same_words(const char *left, const char *right)
{
	if (strlen(left) != strlen(right))
		return false;
	while (*left != '\0') {
		size_t length = strcspn(left, "_-");

		if (!has_word(right, left, length))
			return false;
		left += length;
		left += strspn(left, "_-");
	}
	return true;
}

/* The operation of a module that cannot be opened is not known; its name then has to do. */
static bool is_meant_for(const struct plugin_entry *entry, const char *operation)
{
	if (entry->operation != NULL)
		return strcmp(entry->operation, operation) == 0;
	return has_same_words(entry->name, operation);
}

bool plugins_explain_missing(
	const struct plugins *plugins, const char *operation, char *reason, size_t size)
{
	for (size_t index = 0; index < plugins->count; index++) {
		const struct plugin_entry *entry = &plugins->modules[index].entry;

		if (entry->plugin != NULL || !is_meant_for(entry, operation))
			continue;
		snprintf(reason, size, "plugin %s is not loaded: %s", entry->name,
			entry->reason != NULL ? entry->reason : "not enough memory");
		return true;
	}
	return false;
}
