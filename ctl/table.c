/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables by libsmartcols. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "table.h"

static int add_columns(struct libscols_table *table, const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = columns->list[i];
		int flags = (column->is_right ? SCOLS_FL_RIGHT : 0) |
			    (column->may_be_cut ? SCOLS_FL_TRUNC : 0);

		if (!scols_table_new_column(table, column->name, column->width, flags))
			return -ENOMEM;
	}
	return 0;
}

static int add_line(struct libscols_table *table, const struct entry *entry,
	const struct columns *columns, bool in_bytes)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < columns->count; i++) {
		char *text = columns->list[i]->text(entry, in_bytes);

		/* The table owns the text. */
		if (text && scols_line_refer_data(line, i, text) < 0) {
			free(text);
			return -ENOMEM;
		}
	}
	return 0;
}

static int fill(struct libscols_table *table, const struct entries *entries,
	const struct columns *columns, const struct table_style *style)
{
	int result = add_columns(table, columns);

	scols_table_enable_raw(table, style->is_raw);
	scols_table_enable_noheadings(table, style->has_no_headings);
	if (style->width > 0) {
		scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(table, style->width);
	}
	for (size_t i = 0; i < entries->count && result == 0; i++)
		result = add_line(table, entries->list[i], columns, style->is_in_bytes);
	return result;
}

int table_print(const struct entries *entries, const struct columns *columns,
	const struct table_style *style, FILE *stream, struct lvmpolld_error *error)
{
	struct libscols_table *table = scols_new_table();
	int result = table ? fill(table, entries, columns, style) : -ENOMEM;

	if (result == 0) {
		scols_table_set_stream(table, stream);
		result = scols_print_table(table);
	}
	scols_unref_table(table);
	if (result < 0)
		return error_set(error, -result, "cannot print the table: %s", strerror(-result));
	return 0;
}
