/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines out of a stream of bytes, whatever the pieces that arrive. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/lines.h"
#include "suite.h"

/* Writes what arrives as text: pieces in brackets, "<" where one begins a line, ">" where it ends.
 */
struct record {
	char text[64 * 1024];
	size_t length;
	size_t pieces;
	size_t bytes;
	size_t longest;
};

static struct record record;

static void receive(const char *text, size_t length, bool first, bool complete, void *context)
{
	struct record *kept = context;

	ck_assert_uint_eq(strlen(text), length);
	kept->pieces++;
	kept->bytes += length;
	if (length > kept->longest)
		kept->longest = length;
	if (kept->length + length + 8 < sizeof(kept->text))
		kept->length += (size_t)sprintf(kept->text + kept->length, "%s%s%s",
			first ? "<" : "[", text, complete ? ">" : "]");
}

static void begin(struct lines *lines)
{
	record = (struct record){0};
	lines_init(lines, receive, &record);
}

static const struct {
	const char *data;
	size_t length;
	const char *expected;
} streams[] = {
#define STREAM(data, expected)                                                                     \
	{                                                                                          \
		data, sizeof(data) - 1, expected                                                   \
	}
	STREAM("", ""),
	STREAM("one", "<one>"),
	STREAM("one\n", "<one>"),
	STREAM("\n", "<>"),
	STREAM("\n\n\n", "<><><>"),
	STREAM("one\ntwo\n", "<one><two>"),
	STREAM("one\n\ntwo", "<one><><two>"),
	STREAM("  vg/pvmove0: Moved: 24.00%\n", "<  vg/pvmove0: Moved: 24.00%>"),
	STREAM("a\0b\n", "<a?b>"),
	STREAM("\0\n\0\0", "<?><?\?>"),
	STREAM("cr\r\n", "<cr\r>"),
	STREAM("\377\376\n", "<\377\376>"),
};

/* Each stream in portions of each size gives the same lines, and keeps nothing in the end. */
START_TEST(lines_each_stream)
{
	struct lines lines;

	for (size_t portion = 1; portion <= streams[_i].length + 1; portion++) {
		begin(&lines);
		for (size_t at = 0; at < streams[_i].length; at += portion) {
			size_t left = streams[_i].length - at;

			ck_assert_int_eq(lines_feed(&lines, streams[_i].data + at,
						 left < portion ? left : portion),
				0);
		}
		lines_end(&lines);
		ck_assert_str_eq(record.text, streams[_i].expected);
		ck_assert_ptr_null(lines.kept);
	}
}
END_TEST

/* Feeds DATA up to CUT, and the rest to others that go on from there, as after an upgrade. */
static void read_in_two(const char *data, size_t length, size_t cut)
{
	struct lines lines, others;
	struct lines_rest rest;

	begin(&lines);
	ck_assert_int_eq(lines_feed(&lines, data, cut), 0);
	rest = lines_rest(&lines);
	lines_init(&others, receive, &record);
	ck_assert_int_eq(lines_resume(&others, &rest), 0);
	free(lines.kept);
	ck_assert_int_eq(lines_feed(&others, data + cut, length - cut), 0);
	lines_end(&others);
}

START_TEST(lines_go_on_wherever_they_were_cut)
{
	for (size_t cut = 0; cut <= streams[_i].length; cut++) {
		read_in_two(streams[_i].data, streams[_i].length, cut);
		ck_assert_str_eq(record.text, streams[_i].expected);
	}
}
END_TEST

/* The rest of a long line is not taken for a line, of which it would say another thing. */
START_TEST(lines_go_on_behind_pieces_that_were_delivered)
{
	static char data[LINES_PIECE_MAX + 4];
	struct record whole;

	memset(data, 'x', sizeof(data));
	data[sizeof(data) - 1] = '\n';
	read_in_two(data, sizeof(data), 0);
	whole = record;
	ck_assert_uint_eq(whole.pieces, 2);
	for (size_t cut = LINES_PIECE_MAX - 1; cut <= sizeof(data); cut++) {
		read_in_two(data, sizeof(data), cut);
		ck_assert_str_eq(record.text, whole.text);
	}
}
END_TEST

START_TEST(lines_holds_memory_only_for_what_is_unfinished)
{
	struct lines lines;

	begin(&lines);
	ck_assert_int_eq(lines_feed(&lines, "a", 1), 0);
	ck_assert_ptr_nonnull(lines.kept);
	ck_assert_int_eq(lines_feed(&lines, "b\n", 2), 0);
	ck_assert_ptr_null(lines.kept);
	ck_assert_str_eq(record.text, "<ab>");
	lines_end(&lines);
}
END_TEST

/* A line as long as a piece is one piece; the next longer one is two. */
START_TEST(lines_cuts_behind_a_full_piece)
{
	static char data[LINES_PIECE_MAX + 2];
	struct lines lines;

	memset(data, 'x', sizeof(data));
	data[LINES_PIECE_MAX] = '\n';
	begin(&lines);
	lines_feed(&lines, data, LINES_PIECE_MAX + 1);
	ck_assert_uint_eq(record.pieces, 1);
	ck_assert_uint_eq(record.bytes, LINES_PIECE_MAX);
	ck_assert_int_eq(record.text[record.length - 1], '>');

	data[LINES_PIECE_MAX] = 'y';
	data[LINES_PIECE_MAX + 1] = '\n';
	begin(&lines);
	lines_feed(&lines, data, LINES_PIECE_MAX + 2);
	ck_assert_uint_eq(record.pieces, 2);
	ck_assert_str_eq(record.text + LINES_PIECE_MAX + 1, "][y>");
	lines_end(&lines);
}
END_TEST

START_TEST(lines_bounds_an_endless_line)
{
	static char data[1024 * 1024];
	struct lines lines;

	memset(data, _i == 0 ? 'x' : '\0', sizeof(data));
	begin(&lines);
	for (int count = 0; count < 64; count++)
		ck_assert_int_eq(lines_feed(&lines, data, sizeof(data)), 0);
	lines_end(&lines);
	ck_assert_uint_eq(record.bytes, 64 * sizeof(data));
	ck_assert_uint_eq(record.longest, LINES_PIECE_MAX);
	ck_assert_uint_eq(record.pieces, 64 * sizeof(data) / LINES_PIECE_MAX);
}
END_TEST

START_TEST(lines_begins_anew_behind_a_long_line)
{
	static char data[3 * LINES_PIECE_MAX];
	struct lines lines;

	memset(data, 'x', sizeof(data));
	begin(&lines);
	lines_feed(&lines, data, sizeof(data));
	lines_feed(&lines, "\nnext\n", 6);
	ck_assert_str_eq(record.text + record.length - 6, "<next>");
	ck_assert_ptr_null(lines.kept);
	lines_end(&lines);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(lines_each_stream, SUITE_COUNT(streams)),
		SUITE_LOOP(lines_go_on_wherever_they_were_cut, SUITE_COUNT(streams)),
		SUITE_TEST(lines_go_on_behind_pieces_that_were_delivered),
		SUITE_TEST(lines_holds_memory_only_for_what_is_unfinished),
		SUITE_TEST(lines_cuts_behind_a_full_piece),
		SUITE_LOOP(lines_bounds_an_endless_line, 2),
		SUITE_TEST(lines_begins_anew_behind_a_long_line),
	};

	return suite_run("lines", tests, SUITE_COUNT(tests));
}
