/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a log of "dmsetup status". */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "status_log.h"

#define NAME_SIZE 256

struct reader {
	struct status_log *log;
	const char *file, *device;
	unsigned line;
	struct lvmpolld_error *error;
};

/* Whether TEXT begins as "0 8192 mirror". */
static bool is_target(const char *text)
{
	unsigned long long start, length;
	char type[32];

	return isdigit((unsigned char)*text) &&
	       sscanf(text, "%llu %llu %31s", &start, &length, type) == 3 &&
	       isalpha((unsigned char)type[0]);
}

/* Cuts "vg-lv: 0 8192 mirror ..." behind the name. NAME is "" where there is none. */
static const char *cut_name(const char *text, char name[NAME_SIZE])
{
	const char *colon = strchr(text, ':');

	name[0] = '\0';
	text += strspn(text, " \t");
	if (is_target(text) || !colon || strcspn(text, " ") < (size_t)(colon - text))
		return text;
	snprintf(name, NAME_SIZE, "%.*s", (int)(colon - text), text);
	return colon + 1 + strspn(colon + 1, " ");
}

/* Whether the line is of the device. */
static int choose(struct reader *reader, const char *name, bool *is_chosen)
{
	*is_chosen = !reader->device || strcmp(name, reader->device) == 0;
	if (!*is_chosen || reader->device || name[0] == '\0')
		return 0;
	if (!reader->log->device)
		reader->log->device = strdup(name);
	if (!reader->log->device)
		return error_set(reader->error, ENOMEM, "out of memory");
	if (strcmp(reader->log->device, name) != 0)
		return error_set(reader->error, EINVAL,
			"%s:%u: the log has %s and %s: choose one with --device", reader->file,
			reader->line, reader->log->device, name);
	return 0;
}

static void free_table(struct status_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->lines[i]);
	free(table->lines);
}

static bool is_alike(const struct status_table *left, const struct status_table *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (strcmp(left->lines[i], right->lines[i]) != 0)
			return false;
	return true;
}

/* The table that is complete is dropped where it is like the one before it. */
static void end_table(struct status_log *log)
{
	if (log->count < 2 || !is_alike(&log->tables[log->count - 1], &log->tables[log->count - 2]))
		return;
	free_table(&log->tables[--log->count]);
}

static int add_line(struct reader *reader, const char *text)
{
	struct status_log *log = reader->log;
	struct status_table *table;
	char **lines;

	/* A table begins at sector 0. */
	if (strncmp(text, "0 ", 2) == 0 || log->count == 0) {
		end_table(log);
		table = reallocarray(log->tables, log->count + 1, sizeof(*table));
		if (!table)
			return error_set(reader->error, ENOMEM, "out of memory");
		log->tables = table;
		log->tables[log->count++] = (struct status_table){.line = reader->line};
	}
	table = &log->tables[log->count - 1];
	lines = reallocarray(table->lines, table->count + 1, sizeof(*lines));
	if (!lines)
		return error_set(reader->error, ENOMEM, "out of memory");
	table->lines = lines;
	lines[table->count] = strdup(text);
	return lines[table->count++] ? 0 : error_set(reader->error, ENOMEM, "out of memory");
}

static int read_line(struct reader *reader, char *line)
{
	char name[NAME_SIZE];
	bool is_chosen;
	const char *text;
	int result;

	for (size_t length = strlen(line); length > 0 && isspace((unsigned char)line[length - 1]);)
		line[--length] = '\0';
	reader->line++;
	text = cut_name(line, name);
	if (!is_target(text)) {
		reader->log->left_out += text[0] != '\0';
		return 0;
	}
	result = choose(reader, name, &is_chosen);
	return result < 0 || !is_chosen ? result : add_line(reader, text);
}

int status_log_read(
	struct status_log *log, const char *file, const char *device, struct lvmpolld_error *error)
{
	struct reader reader = {.log = log, .file = file, .device = device, .error = error};
	FILE *stream = fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	int result = 0;

	memset(log, 0, sizeof(*log));
	if (device && !(log->device = strdup(device)))
		result = error_set(error, ENOMEM, "out of memory");
	if (!stream)
		return error_set(error, errno, "%s: %s", file, strerror(errno));
	while (result == 0 && getline(&line, &size, stream) >= 0)
		result = read_line(&reader, line);
	free(line);
	fclose(stream);
	end_table(log);
	if (result == 0 && log->count == 0)
		return error_set(error, EINVAL, "%s: no line of dmsetup status%s%s", file,
			device ? " for " : "", device ? device : "");
	return result;
}

void status_log_free(struct status_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free_table(&log->tables[i]);
	free(log->tables);
	free(log->device);
	memset(log, 0, sizeof(*log));
}
