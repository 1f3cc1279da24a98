/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of the history. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/file.h"
#include "util/checksum.h"

/* Sixteen digits and a blank. */
#define SUM_LENGTH 17

int history_lines_init(struct history_lines *lines, size_t limit)
{
	*lines = (struct history_lines){.limit = limit};
	lines->list = calloc(limit, sizeof(char *));
	return lines->list ? 0 : -ENOMEM;
}

void history_lines_destroy(struct history_lines *lines)
{
	for (size_t i = 0; lines->list && i < lines->limit; i++)
		free(lines->list[i]);
	free(lines->list);
	lines->list = NULL;
	lines->count = 0;
}

const char *history_lines_at(const struct history_lines *lines, size_t i)
{
	return i < lines->count ? lines->list[(lines->first + i) % lines->limit] : NULL;
}

bool history_lines_has(const struct history_lines *lines, const char *line)
{
	for (size_t i = lines->count; i-- > 0;)
		if (!strcmp(history_lines_at(lines, i), line))
			return true;
	return false;
}

int history_lines_add(struct history_lines *lines, const char *line)
{
	char *copy = strdup(line);
	size_t at = (lines->first + lines->count) % lines->limit;

	if (!copy)
		return -ENOMEM;
	free(lines->list[at]);
	lines->list[at] = copy;
	if (lines->count < lines->limit)
		lines->count++;
	else
		lines->first = (lines->first + 1) % lines->limit;
	return 0;
}

static uint64_t sum_of(const char *line)
{
	return checksum_add(CHECKSUM_START, line, strlen(line));
}

/* LENGTH bytes at TEXT, their newline included. Returns NULL where they are damaged. */
static char *check_line(char *text, size_t length)
{
	uint64_t sum;
	char end;

	if (length <= SUM_LENGTH || text[length - 1] != '\n' || memchr(text, '\0', length) ||
		strspn(text, "0123456789abcdef") != SUM_LENGTH - 1)
		return NULL;
	text[length - 1] = '\0';
	if (sscanf(text, "%16" SCNx64 "%c", &sum, &end) != 2 || end != ' ' ||
		sum != sum_of(text + SUM_LENGTH))
		return NULL;
	return text + SUM_LENGTH;
}

/* The rest of a line that is too long. */
static void skip_line(FILE *stream)
{
	int byte;

	do
		byte = getc(stream);
	while (byte != '\n' && byte != EOF);
}

/* Like fgets, but tells the length of what may have NUL bytes in it; 0 at the end. */
static size_t read_line(FILE *stream, char text[HISTORY_LINE_MAX + 1])
{
	size_t length = 0;
	int byte = 0;

	while (length < HISTORY_LINE_MAX && byte != '\n' && (byte = getc(stream)) != EOF)
		text[length++] = (char)byte;
	text[length] = '\0';
	if (length == HISTORY_LINE_MAX && byte != '\n')
		skip_line(stream);
	return length;
}

int history_file_read(FILE *stream, struct history_lines *lines, struct history_damage *damage)
{
	char text[HISTORY_LINE_MAX + 1];
	unsigned long number = 0;
	size_t length;
	int result = 0;

	*damage = (struct history_damage){0};
	while (result == 0 && (length = read_line(stream, text)) > 0) {
		const char *line = check_line(text, length);

		number++;
		if (line)
			result = history_lines_add(lines, line);
		else if (damage->count++ == 0)
			damage->first_line = number;
	}
	return result == 0 && ferror(stream) ? -EIO : result;
}

static int print_lines(FILE *stream, const struct history_lines *lines)
{
	const char *line;

	for (size_t i = 0; (line = history_lines_at(lines, i)); i++)
		fprintf(stream, "%016" PRIx64 " %s\n", sum_of(line), line);
	if (fflush(stream) != 0 || ferror(stream) || fsync(fileno(stream)) < 0)
		return -errno;
	return 0;
}

static int write_temporary(const char *path, const struct history_lines *lines)
{
	int descriptor = open(
		path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");
	int result = stream ? print_lines(stream, lines) : -errno;

	if (stream && fclose(stream) != 0 && result == 0)
		result = -errno;
	else if (!stream && descriptor >= 0)
		close(descriptor);
	return result;
}

static int replace(const char *path, const struct history_lines *lines)
{
	char temporary[PATH_MAX];
	int result;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	result = write_temporary(temporary, lines);
	if (result == 0 && rename(temporary, path) < 0)
		result = -errno;
	if (result < 0)
		unlink(temporary);
	return result;
}

int history_file_write(
	const char *path, const struct history_lines *lines, struct lvmpolld_error *error)
{
	int result = replace(path, lines);

	return result < 0
		       ? error_set(error, -result, "cannot write %s: %s", path, strerror(-result))
		       : 0;
}
