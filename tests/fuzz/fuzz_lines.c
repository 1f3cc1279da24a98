/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes what lvpoll prints: bytes in pieces, cut into lines, and read as progress. */
#include "config.h"

#include "fuzz.h"
#include "loader/calls.h"
#include "loader/defaults.h"
#include "process/lines.h"

/* The lines put together again. */
struct record {
	char *text;
	size_t length;
	bool is_within; /* the latest piece was not the end of its line */
};

static const char *const labels[] = {"Moved", "Converted", "Merged"};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

static void read_line(const char *text, size_t length)
{
	char *line = fuzz_copy_text(text, length);

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct lvmpolld_progress progress = {
			.struct_size = sizeof(progress), .percent = -1};
		bool told = plugin_defaults_read_line(line, labels[i], &progress);

		fuzz_require(told || progress.percent < 0);
		fuzz_require(!told || (progress.percent >= 0 && progress.percent <= 100));
		fuzz_require(!told || strstr(line, labels[i]));
	}
	free(line);
}

static void receive(const char *text, size_t length, bool first, bool complete, void *context)
{
	struct record *record = context;

	fuzz_require(strlen(text) == length && length <= LINES_PIECE_MAX);
	fuzz_require(!memchr(text, '\n', length));
	fuzz_require(first == !record->is_within);
	record->is_within = !complete;
	memcpy(record->text + record->length, text, length);
	record->length += length;
	if (complete)
		record->text[record->length++] = '\n';
	if (first && complete)
		read_line(text, length);
}

/* All that came in is there again: NUL bytes as '?', and the last line with an end. */
static void check_record(const struct record *record, const char *data, size_t size)
{
	size_t expected = size + (size > 0 && data[size - 1] != '\n');

	fuzz_require(record->length == expected && !record->is_within);
	for (size_t i = 0; i < size; i++)
		fuzz_require(record->text[i] == (data[i] != '\0' ? data[i] : '?'));
}

/* The first byte says how large the pieces are; each other piece is as large as a read may be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = {.text = malloc(size + 2)};
	const char *text = (const char *)data + 1;
	struct lines lines;
	size_t piece;

	fuzz_require(record.text);
	lines_init(&lines, receive, &record);
	for (size_t at = 1; at < size; at += piece) {
		char *copy;

		piece = (at & 1) ? data[0] + 1u : 4096;
		piece = size - at < piece ? size - at : piece;
		copy = fuzz_copy(data + at, piece);
		fuzz_require(lines_feed(&lines, copy, piece) == 0);
		free(copy);
	}
	lines_end(&lines);
	fuzz_require(!lines.kept);
	if (size > 0)
		check_record(&record, text, size - 1);
	free(record.text);
	return 0;
}
