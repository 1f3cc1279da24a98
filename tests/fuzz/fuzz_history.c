/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the file of the history: any bytes, and lines with a checksum that is right. */
#include "config.h"

#include <inttypes.h>

#include "fuzz.h"
#include "history/file.h"
#include "util/checksum.h"

#define LIMIT 8

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

/* Returns the number of damaged lines. */
static size_t read_text(const void *text, size_t length, struct history_lines *lines)
{
	FILE *stream = length > 0 ? fmemopen((void *)text, length, "r") : NULL;
	struct history_damage damage = {0};

	fuzz_require(history_lines_init(lines, LIMIT) == 0);
	if (!stream)
		return 0;
	fuzz_require(history_file_read(stream, lines, &damage) == 0);
	fuzz_require((damage.count == 0) == (damage.first_line == 0));
	fclose(stream);
	return damage.count;
}

/* The lines as they are in a file; to be freed. */
static char *write_text(const struct history_lines *lines, size_t *length)
{
	FILE *stream;
	const char *line;
	char *text;

	stream = open_memstream(&text, length);
	fuzz_require(stream);
	for (size_t i = 0; (line = history_lines_at(lines, i)); i++) {
		fuzz_require(strlen(line) < HISTORY_LINE_MAX && !strchr(line, '\n'));
		fuzz_require(history_lines_has(lines, line));
		fprintf(stream, "%016" PRIx64 " %s\n",
			checksum_add(CHECKSUM_START, line, strlen(line)), line);
	}
	fclose(stream);
	return text;
}

/* What was read and written anew is read as it was. */
static void check(const void *text, size_t length)
{
	struct history_lines lines, again;
	size_t new_length;
	char *new_text;

	read_text(text, length, &lines);
	fuzz_require(lines.count <= LIMIT);
	new_text = write_text(&lines, &new_length);
	fuzz_require(read_text(new_text, new_length, &again) == 0);
	fuzz_require(again.count == lines.count);
	for (size_t i = 0; i < lines.count; i++)
		fuzz_require(!strcmp(history_lines_at(&lines, i), history_lines_at(&again, i)));
	history_lines_destroy(&again);
	history_lines_destroy(&lines);
	free(new_text);
}

/* The fuzzer would hardly ever find a checksum that is right: each line of TEXT gets one. */
static void check_with_sums(const char *text)
{
	FILE *stream;
	size_t length;
	char *all;

	stream = open_memstream(&all, &length);
	fuzz_require(stream);
	while (*text) {
		size_t line = strcspn(text, "\n");

		fprintf(stream, "%016" PRIx64 " %.*s\n", checksum_add(CHECKSUM_START, text, line),
			(int)line, text);
		text += line + (text[line] == '\n');
	}
	fclose(stream);
	check(all, length);
	free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy_text(data, size);

	check(copy, size);
	check_with_sums(copy);
	free(copy);
	return 0;
}
