/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lvm2 answers in a scenario: a row of its report. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lvm2.h"

#define UUID_LENGTH 32

/* Fields that a report has, as lvs -o names them, and what they are where a scenario says nothing.
 */
static const struct {
	const char *name;
	const char *value;
} fields[] = {{"lv_attr", "-wi-a-----"}, {"lv_active", "active"}, {"copy_percent", ""},
	{"move_pv", ""}, {"lv_converting", ""}, {"lv_merging", ""}, {"lv_merge_failed", ""},
	{"lv_snapshot_invalid", ""}, {"origin", ""}, {"vg_partial", ""},
	{"vg_missing_pv_count", "0"}, {"vg_name", NULL}, {"lv_name", NULL}};

static bool is_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

static const char *value_of(const struct lvm2 *lvm2, const char *name, const char *otherwise)
{
	for (size_t i = 0; i < lvm2->said->count; i++)
		if (lvm2->said->items[i].name && strcmp(lvm2->said->items[i].name, name) == 0)
			return lvm2->said->items[i].text;
	return otherwise;
}

static void add_field(FILE *stream, const char *name, const char *value)
{
	fputs(" LVM2_", stream);
	for (; *name != '\0'; name++)
		fputc(toupper((unsigned char)*name), stream);
	fprintf(stream, "='%s'", value);
}

/* With dashes: 6-4-4-4-4-4-6. */
static void add_uuid(FILE *stream, const char *name, const char *uuid)
{
	char dashed[UUID_LENGTH + 7] = "";
	size_t length = 0;

	for (size_t i = 0; i < UUID_LENGTH; i++) {
		if (i >= 6 && i < 30 && (i - 6) % 4 == 0)
			dashed[length++] = '-';
		dashed[length++] = uuid[i];
	}
	add_field(stream, name, dashed);
}

static void write_group(const struct lvm2 *lvm2, FILE *stream)
{
	add_field(stream, "vg_name", value_of(lvm2, "vg_name", lvm2->vg_name));
	add_uuid(stream, "vg_uuid", lvm2->lvid);
	add_field(stream, "vg_partial", value_of(lvm2, "vg_partial", ""));
	add_field(stream, "vg_missing_pv_count", value_of(lvm2, "vg_missing_pv_count", "0"));
}

static void write_volume(const struct lvm2 *lvm2, FILE *stream)
{
	write_group(lvm2, stream);
	add_field(stream, "lv_name", value_of(lvm2, "lv_name", lvm2->lv_name));
	add_uuid(stream, "lv_uuid", lvm2->lvid + UUID_LENGTH);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].value && strncmp(fields[i].name, "vg_", 3) != 0)
			add_field(stream, fields[i].name,
				value_of(lvm2, fields[i].name, fields[i].value));
}

char *lvm2_write_row(const struct lvm2 *lvm2, bool is_volume)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	if (is_volume)
		write_volume(lvm2, stream);
	else
		write_group(lvm2, stream);
	fclose(stream);
	return text;
}

int lvm2_check(const struct scenario_entry *report, unsigned *line, struct lvmpolld_error *error)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct scenario_item *item = &report->items[i];

		*line = item->line;
		if (item->name && !is_field(item->name))
			return error_set(error, EINVAL,
				"lvm2 is not asked for a field \"%s\" (lvmpolld_row_field has a "
				"list)",
				item->name);
		if (strpbrk(item->text, "'\n"))
			return error_set(error, EINVAL, "a value of lvm2's report has no quotes");
	}
	return 0;
}
