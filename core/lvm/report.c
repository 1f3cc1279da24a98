/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks lvm2 for its metadata by UUID: makes the command, and parses what it prints. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvm/report.h"
#include "process/arguments.h"
#include "protocol/report_form.h"
#include "util/error.h"
#include "util/escape.h"

#define UUID_LENGTH 32

/* How much of a line an error shows. */
#define LINE_SHOWN_SIZE 80

/* --- the command --- */

#define GROUP_FIELDS "vg_name,vg_uuid,vg_partial,vg_missing_pv_count"

/* The fields of a volume that plugins may read; lvmpolld_row_field names them. */
#define VOLUME_FIELDS                                                                              \
	GROUP_FIELDS ",lv_name,lv_uuid,lv_attr,lv_active,copy_percent,move_pv,"                    \
		     "lv_converting,lv_merging,lv_merge_failed,lv_snapshot_invalid,origin"

/* Adds a UUID of 32 characters as lvm2 prints it: 6-4-4-4-4-4-6. */
static int add_uuid(char **text, const char *uuid)
{
	static const int groups[] = {6, 4, 4, 4, 4, 4, 6};
	char dashed[UUID_LENGTH + sizeof(groups) / sizeof(groups[0])], *at = dashed, *longer;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		at += sprintf(at, "%s%.*s", i > 0 ? "-" : "", groups[i], uuid);
		uuid += groups[i];
	}
	if (asprintf(&longer, "%s%svg_uuid=\"%s\"", *text ? *text : "", *text ? " || " : "",
		    dashed) < 0)
		return -ENOMEM;
	free(*text);
	*text = longer;
	return 0;
}

static int add_each(struct lvmpolld_arguments *arguments, const char *const *values, size_t count)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++)
		result = arguments_add(arguments, values[i]);
	return result;
}

int report_build_arguments(struct lvmpolld_arguments *arguments, const char *binary,
	const char *const vg_uuids[], size_t count, const char *devices_file)
{
	char *selection = NULL;
	int result = count > 0 ? 0 : -EINVAL;

	for (size_t i = 0; result == 0 && i < count; i++)
		result = add_uuid(&selection, vg_uuids[i]);
	if (result == 0) {
		/*
		 * A group without volumes has only a row of the group ("vgs"). The other parts of a
		 * full report cannot be left out: nothing is selected of them.
		 */
		const char *const values[] = {binary, "fullreport", "-a", "--noheadings",
			"--nameprefixes", "--config", REPORT_FORM, "--configreport", "vg", "-o",
			GROUP_FIELDS, "-S", selection, "--configreport", "lv", "-o", VOLUME_FIELDS,
			"-S", selection, "--configreport", "pv", "-o", "pv_name", "-S",
			"pv_name=none", "--configreport", "pvseg", "-o", "pvseg_start", "-S",
			"pvseg_size=0", "--configreport", "seg", "-o", "segtype", "-S",
			"segtype=none"};
		const char *const devices[] = {"--devicesfile", devices_file};

		result = add_each(arguments, values, sizeof(values) / sizeof(values[0]));
		if (result == 0 && devices_file)
			result = add_each(arguments, devices, 2);
	}
	free(selection);
	return result;
}

/* --- what it prints --- */

#define NAME_PREFIX "LVM2_"

struct report {
	char *text; /* cut into names and values of fields */
	struct row_field *fields;
	struct lvmpolld_row *rows;
	size_t field_count;
	size_t row_count;
};

static bool is_name(char character)
{
	return (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9') ||
	       character == '_';
}

/* Turns "LV_ATTR" into "lv_attr", the name by which one asks for it. */
static void name_field(char *name, char *end)
{
	*end = '\0';
	for (; *name != '\0'; name++)
		*name = (char)tolower((unsigned char)*name);
}

/* lvm2 puts the name of a hidden volume in brackets. */
static const char *without_brackets(const char *name, char *value, char *end)
{
	if (strcmp(name, "lv_name") != 0 || *value != '[' || end[-1] != ']')
		return value;
	end[-1] = '\0';
	return value + 1;
}

/* Reads "LVM2_NAME='value'" at TEXT. Returns what follows; NULL if it is something else. */
static char *read_field(struct report *report, char *text)
{
	struct row_field *field = &report->fields[report->field_count];
	char *name, *value, *end;

	if (strncmp(text, NAME_PREFIX, strlen(NAME_PREFIX)) != 0)
		return NULL;
	name = value = text + strlen(NAME_PREFIX);
	while (is_name(*value))
		value++;
	if (value == name || strncmp(value, "='", 2) != 0)
		return NULL;
	end = strchr(value + 2, '\'');
	if (!end || (end[1] != ' ' && end[1] != '\0'))
		return NULL;
	name_field(name, value);
	*end = '\0';
	field->name = name;
	field->value = without_brackets(name, value + 2, end);
	report->field_count++;
	return end + 1;
}

/* A line of blanks is no row. */
static bool read_row(struct report *report, char *line)
{
	struct lvmpolld_row *row = &report->rows[report->row_count];
	size_t first = report->field_count;

	for (line += strspn(line, " "); *line != '\0'; line += strspn(line, " ")) {
		line = read_field(report, line);
		if (!line)
			return false;
	}
	if (report->field_count == first)
		return true;
	row->fields = &report->fields[first];
	row->count = report->field_count - first;
	report->row_count++;
	return true;
}

static int count_character(const char *text, size_t length, char wanted)
{
	int count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == wanted;
	return count;
}

/* Makes room for as many rows and fields as there can be. */
static struct report *make_report(const char *text, size_t length)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->text = calloc(length + 1, 1);
	report->rows =
		calloc((size_t)count_character(text, length, '\n') + 1, sizeof(*report->rows));
	report->fields =
		calloc((size_t)count_character(text, length, '=') + 1, sizeof(*report->fields));
	if (!report->text || !report->rows || !report->fields) {
		report_free(report);
		return NULL;
	}
	if (length > 0)
		memcpy(report->text, text, length);
	return report;
}

/* The error for a LINE that is not understood. LINE is a copy of the original. */
static void refuse(struct lvmpolld_error *error, size_t number, const char *line)
{
	char shown[LINE_SHOWN_SIZE];

	escape_text(shown, sizeof(shown), &line);
	error_set(error, EBADMSG, "line %zu of lvm2's report is not understood: \"%s%s\"", number,
		shown, *line != '\0' ? "..." : "");
}

static bool read_rows(struct report *report, const char *original, struct lvmpolld_error *error)
{
	char *line = report->text;
	size_t number = 1;

	for (char *end; *line != '\0'; line = end + 1, number++) {
		size_t at = (size_t)(line - report->text), length;

		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		length = strlen(line);
		if (!end || !read_row(report, line)) {
			char *copy = calloc(1, length + 1);

			if (copy)
				memcpy(copy, original + at, length);
			refuse(error, number, copy ? copy : "");
			free(copy);
			return false;
		}
	}
	return true;
}

struct report *report_parse(const char *text, size_t length, struct lvmpolld_error *error)
{
	struct report *report;

	if (length > 0 && memchr(text, '\0', length)) {
		error_set(error, EBADMSG, "lvm2's report has a NUL byte in it");
		return NULL;
	}
	report = make_report(text, length);
	if (!report) {
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	if (!read_rows(report, text, error)) {
		report_free(report);
		return NULL;
	}
	return report;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	free(report->fields);
	free(report->rows);
	free(report->text);
	free(report);
}

/* --- what the rows say --- */

/* Whether ROW's field NAME is UUID, of 32 characters without dashes. */
static bool has_uuid(const struct lvmpolld_row *row, const char *name, const char *uuid)
{
	const char *value = row_find(row, name);
	size_t length = 0;

	for (; value && *value != '\0'; value++) {
		if (*value == '-')
			continue;
		if (length == UUID_LENGTH || *value != uuid[length])
			return false;
		length++;
	}
	return length == UUID_LENGTH;
}

static bool has_value(const struct lvmpolld_row *row, const char *name, const char *unlike)
{
	const char *value = row_find(row, name);

	return value && *value != '\0' && strcmp(value, unlike) != 0;
}

static void take_group(struct report_volume *volume, const struct lvmpolld_row *row)
{
	volume->vg_name = row_find(row, "vg_name");
	volume->is_partial = volume->is_partial || has_value(row, "vg_partial", "unknown") ||
			     has_value(row, "vg_missing_pv_count", "0");
}

enum report_answer report_find(
	const struct report *report, const char *lvid, struct report_volume *volume)
{
	enum report_answer answer = REPORT_LACKS_GROUP;

	memset(volume, 0, sizeof(*volume));
	for (size_t i = 0; i < report->row_count; i++) {
		const struct lvmpolld_row *row = &report->rows[i];

		if (!has_uuid(row, "vg_uuid", lvid))
			continue;
		answer = REPORT_LACKS_VOLUME;
		take_group(volume, row);
		if (!has_uuid(row, "lv_uuid", lvid + UUID_LENGTH))
			continue;
		volume->lv_name = row_find(row, "lv_name");
		volume->is_active = has_value(row, "lv_active", "unknown");
		volume->row = *row;
		return REPORT_HAS_VOLUME;
	}
	return answer;
}
