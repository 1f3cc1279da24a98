/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of --list-plugins. */
#include <config.h>

#include "loader/plugins.h"

#include <string.h>

enum { COLUMN_NAME, COLUMN_OPERATION, COLUMN_STATUS, COLUMN_FROM, COLUMN_DESCRIPTION, COLUMNS };

static const char *const titles[COLUMNS] = {
	[COLUMN_NAME] = "NAME",
	[COLUMN_OPERATION] = "OPERATION",
	[COLUMN_STATUS] = "STATUS",
	[COLUMN_FROM] = "FROM",
	[COLUMN_DESCRIPTION] = "DESCRIPTION",
};

/* Fills CELLS with what is told about ENTRY. */
static void fill_row(const char *cells[COLUMNS], const struct plugin_entry *entry)
{
	cells[COLUMN_NAME] = entry->name;
	cells[COLUMN_OPERATION] = entry->operation != NULL ? entry->operation : "-";
	cells[COLUMN_STATUS] = entry->plugin != NULL ? "loaded" : "not loaded";
	cells[COLUMN_FROM] = entry->path;
	if (entry->plugin != NULL)
		cells[COLUMN_DESCRIPTION] = entry->plugin->description;
	else
		cells[COLUMN_DESCRIPTION] = entry->reason != NULL ? entry->reason : "-";
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
	for (size_t index = 0; (entry = plugins_entry(plugins, index)) != NULL; index++) {
		fill_row(cells, entry);
		widen(widths, cells);
	}
	print_row(stream, widths, titles);
	for (size_t index = 0; (entry = plugins_entry(plugins, index)) != NULL; index++) {
		fill_row(cells, entry);
		print_row(stream, widths, cells);
	}
}
