/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of the history. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/file.h"
#include "scratch.h"
#include "suite.h"

static struct history_lines lines;
static struct history_damage damage;

static void setup(void)
{
	scratch_create();
	ck_assert_int_eq(history_lines_init(&lines, 3), 0);
}

static void teardown(void)
{
	history_lines_destroy(&lines);
	scratch_remove();
}

static void add(const char *line)
{
	ck_assert_int_eq(history_lines_add(&lines, line), 0);
}

static void write_file(void)
{
	struct lvmpolld_error error;

	ck_assert_int_eq(history_file_write(scratch_path("history"), &lines, &error), 0);
}

/* Reads what is in the file, and nothing that was known before. */
static void read_file(void)
{
	FILE *stream = fopen(scratch_path("history"), "r");

	ck_assert_ptr_nonnull(stream);
	history_lines_destroy(&lines);
	ck_assert_int_eq(history_lines_init(&lines, 3), 0);
	ck_assert_int_eq(history_file_read(stream, &lines, &damage), 0);
	fclose(stream);
}

/* Puts BYTE at OFFSET, counted from the end where that is negative. */
static void change(long offset, char byte)
{
	FILE *stream = fopen(scratch_path("history"), "r+");

	ck_assert_ptr_nonnull(stream);
	fseek(stream, offset, offset < 0 ? SEEK_END : SEEK_SET);
	fputc(byte, stream);
	fclose(stream);
}

START_TEST(what_was_written_is_read)
{
	add("one");
	add("two \t= \"\\\"");
	write_file();
	read_file();
	ck_assert_uint_eq(lines.count, 2);
	ck_assert_str_eq(history_lines_at(&lines, 0), "one");
	ck_assert_str_eq(history_lines_at(&lines, 1), "two \t= \"\\\"");
	ck_assert_ptr_null(history_lines_at(&lines, 2));
	ck_assert_uint_eq(damage.count, 0);
	ck_assert(history_lines_has(&lines, "one") && !history_lines_has(&lines, "three"));
}
END_TEST

START_TEST(oldest_go_first)
{
	add("1");
	add("2");
	add("3");
	add("4");
	add("5");
	ck_assert_uint_eq(lines.count, 3);
	ck_assert_str_eq(history_lines_at(&lines, 0), "3");
	ck_assert_str_eq(history_lines_at(&lines, 2), "5");
	ck_assert(!history_lines_has(&lines, "2"));
}
END_TEST

/* Each byte of a line counts, and so do all of them. */
START_TEST(damaged_line_is_passed_over)
{
	static const long offsets[] = {0, 8, 15, 16, 17, 20};

	for (size_t i = 0; i < SUITE_COUNT(offsets); i++) {
		history_lines_destroy(&lines);
		ck_assert_int_eq(history_lines_init(&lines, 3), 0);
		add("first");
		add("second");
		write_file();
		change(offsets[i], i % 2 ? '\0' : '~');
		read_file();
		ck_assert_uint_eq(lines.count, 1);
		ck_assert_str_eq(history_lines_at(&lines, 0), "second");
		ck_assert_uint_eq(damage.count, 1);
		ck_assert_uint_eq(damage.first_line, 1);
	}
}
END_TEST

START_TEST(line_that_was_cut_off_is_damaged)
{
	add("first");
	add("second");
	write_file();
	ck_assert_int_eq(truncate(scratch_path("history"), 24 + 20), 0);
	read_file();
	ck_assert_uint_eq(lines.count, 1);
	ck_assert_uint_eq(damage.first_line, 2);
}
END_TEST

START_TEST(line_that_is_too_long_is_one_damaged_line)
{
	FILE *stream;

	add("first");
	write_file();
	stream = fopen(scratch_path("history"), "a");
	ck_assert_ptr_nonnull(stream);
	for (unsigned i = 0; i < 3 * HISTORY_LINE_MAX; i++)
		fputc('f', stream);
	fclose(stream);
	read_file();
	ck_assert_uint_eq(lines.count, 1);
	ck_assert_uint_eq(damage.count, 1);
}
END_TEST

START_TEST(file_stays_where_it_cannot_be_replaced)
{
	struct lvmpolld_error error;

	add("first");
	write_file();
	add("second");
	ck_assert_int_eq(mkdir(scratch_path("history.new"), 0700), 0);
	ck_assert_int_eq(history_file_write(scratch_path("history"), &lines, &error), -EISDIR);
	ck_assert_ptr_nonnull(strstr(error.sentence, "cannot write"));
	read_file();
	ck_assert_uint_eq(lines.count, 1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(what_was_written_is_read),
		SUITE_TEST(oldest_go_first),
		SUITE_TEST(damaged_line_is_passed_over),
		SUITE_TEST(line_that_was_cut_off_is_damaged),
		SUITE_TEST(line_that_is_too_long_is_one_damaged_line),
		SUITE_TEST(file_stays_where_it_cannot_be_replaced),
	};

	return suite_run_fixture("history_file", tests, SUITE_COUNT(tests), setup, teardown);
}
