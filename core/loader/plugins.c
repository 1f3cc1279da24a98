/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins that are loaded, and the ones that are not, with the reason. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/value.h"
#include "loader/plugins.h"
#include "loader/plugins_set.h"
#include "log/log.h"

bool plugins_is_enabled(
	const struct configuration *configuration, const char *name, bool is_only_by_name)
{
	if (configuration->plugins_all && !is_only_by_name)
		return true;
	for (size_t i = 0; i < configuration->plugin_enabled_count; i++)
		if (strcmp(configuration->plugins_enabled[i], name) == 0)
			return true;
	return false;
}

static const struct plugin_entry *find_name(const struct plugins *plugins, const char *name)
{
	for (size_t i = 0; i < plugins->count; i++)
		if (strcmp(plugins->modules[i].entry.name, name) == 0)
			return &plugins->modules[i].entry;
	return NULL;
}

static const char *find_nearest_name(const struct plugins *plugins, const char *name)
{
	const char **names = calloc(plugins->count + 1, sizeof(*names));
	const char *nearest = NULL;

	for (size_t i = 0; names && i < plugins->count; i++)
		names[i] = plugins->modules[i].entry.name;
	if (names)
		nearest = configuration_nearest_name(name, names);
	free(names);
	return nearest;
}

/* A package that is gone may have left its part of the configuration behind. */
void plugins_warn_of_sections(
	const struct plugins *plugins, const struct configuration *configuration)
{
	for (size_t i = 0; i < configuration->plugin_count; i++) {
		const struct configuration_plugin *section = &configuration->plugins[i];
		const char *nearest = find_nearest_name(plugins, section->name);

		if (!find_name(plugins, section->name))
			log_warn("%s:%u:%u: plugins.%s: there is no plugin of this name, its "
				 "section has no effect%s%s%s",
				section->position.file, section->position.line,
				section->position.column, section->name,
				nearest ? "; did you mean \"" : "", nearest ? nearest : "",
				nearest ? "\"?" : "");
	}
}

int plugins_check(const struct plugins *plugins, struct lvmpolld_error *error)
{
	size_t enabled = 0, failed = 0;

	for (size_t i = 0; i < plugins->count; i++) {
		const struct plugin_entry *entry = &plugins->modules[i].entry;

		enabled += entry->enabled;
		failed += entry->enabled && !entry->interface;
	}
	if (failed == 0)
		return 0;
	return error_set(
		error, ENOEXEC, "%zu of %zu enabled plugins cannot be used", failed, enabled);
}

const struct plugin_entry *plugins_entry(const struct plugins *plugins, size_t i)
{
	return i < plugins->count ? &plugins->modules[i].entry : NULL;
}

bool plugins_is_log_failure(const char *text, size_t length, const void *context)
{
	const struct plugins *plugins = context;

	for (size_t i = 0; i < plugins->count; i++) {
		const struct lvmpolld_plugin *plugin = plugins->modules[i].entry.interface;
		const char *const *failure = plugin ? plugin->log_failures : NULL;

		for (; failure && *failure; failure++)
			if (memmem(text, length, *failure, strlen(*failure)))
				return true;
	}
	return false;
}

const struct plugin_entry *plugins_find_operation(
	const struct plugins *plugins, const char *operation)
{
	for (size_t i = 0; i < plugins->count; i++) {
		const struct plugin_entry *entry = &plugins->modules[i].entry;

		if (entry->interface && strcmp(entry->operation, operation) == 0)
			return entry;
	}
	return NULL;
}

bool plugins_have_command(const struct plugins *plugins, const char *name)
{
	for (size_t i = 0; i < plugins->count; i++) {
		const struct lvmpolld_plugin *plugin = plugins->modules[i].entry.interface;
		const char *const *commands = plugin ? plugin->commands : NULL;

		for (; commands && *commands; commands++)
			if (strcmp(*commands, name) == 0)
				return true;
	}
	return false;
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
	if (entry->operation)
		return strcmp(entry->operation, operation) == 0;
	return has_same_words(entry->name, operation);
}

bool plugins_explain_missing(
	const struct plugins *plugins, const char *operation, char *reason, size_t size)
{
	for (size_t i = 0; i < plugins->count; i++) {
		const struct plugin_entry *entry = &plugins->modules[i].entry;

		if (entry->interface || !is_meant_for(entry, operation))
			continue;
		snprintf(reason, size, "plugin %s is not loaded: %s", entry->name,
			entry->reason ? entry->reason : "out of memory");
		return true;
	}
	return false;
}

enum {
	COLUMN_NAME,
	COLUMN_OPERATION,
	COLUMN_STATUS,
	COLUMN_VERSION,
	COLUMN_FROM,
	COLUMN_DESCRIPTION,
	COLUMNS
};

static const char *const titles[COLUMNS] = {
	[COLUMN_NAME] = "NAME",
	[COLUMN_OPERATION] = "OPERATION",
	[COLUMN_STATUS] = "STATUS",
	[COLUMN_VERSION] = "VERSION",
	[COLUMN_FROM] = "FROM",
	[COLUMN_DESCRIPTION] = "DESCRIPTION",
};

/* Fills CELLS with what is told about ENTRY. */
static void fill_row(const char *cells[COLUMNS], const struct plugin_entry *entry)
{
	const struct lvmpolld_plugin *plugin = entry->interface;

	cells[COLUMN_NAME] = entry->name;
	cells[COLUMN_OPERATION] = entry->operation ? entry->operation : "-";
	cells[COLUMN_STATUS] = plugin ? "loaded" : "not loaded";
	cells[COLUMN_VERSION] = plugin && plugin->version ? plugin->version : "-";
	cells[COLUMN_FROM] = entry->path;
	if (plugin)
		cells[COLUMN_DESCRIPTION] = plugin->description;
	else
		cells[COLUMN_DESCRIPTION] = entry->reason ? entry->reason : "-";
}

static void widen(size_t widths[COLUMNS], const char *const cells[COLUMNS])
{
	for (size_t column = 0; column < COLUMNS; column++)
		if (widths[column] < strlen(cells[column]))
			widths[column] = strlen(cells[column]);
}

static void print_row(FILE *stream, const size_t widths[COLUMNS], const char *const cells[COLUMNS])
{
	for (size_t column = 0; column < COLUMN_DESCRIPTION; column++)
		fprintf(stream, "%-*s  ", (int)widths[column], cells[column]);
	fprintf(stream, "%s\n", cells[COLUMN_DESCRIPTION]);
}

void plugins_print(const struct plugins *plugins, FILE *stream)
{
	size_t widths[COLUMNS] = {0};
	const char *cells[COLUMNS];
	const struct plugin_entry *entry;

	widen(widths, titles);
	for (size_t i = 0; (entry = plugins_entry(plugins, i)); i++) {
		fill_row(cells, entry);
		widen(widths, cells);
	}
	print_row(stream, widths, titles);
	for (size_t i = 0; (entry = plugins_entry(plugins, i)); i++) {
		fill_row(cells, entry);
		print_row(stream, widths, cells);
	}
}
