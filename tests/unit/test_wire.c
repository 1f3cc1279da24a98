/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire format: where a message ends, what a message is, and replies. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "protocol/wire.h"
#include "suite.h"
#include "util/buffer.h"

static struct buffer buffer;
static size_t scanned, length;

static void create_buffer(void)
{
	buffer = (struct buffer){0};
	scanned = 0;
}

static void free_buffer(void)
{
	buffer_free(&buffer);
}

static void receive(const char *text)
{
	ck_assert_int_eq(buffer_add(&buffer, text, strlen(text)), 0);
}

static struct wire_message *parse(const char *text)
{
	return wire_parse(text, strlen(text));
}

START_TEST(wire_end_is_found_byte_by_byte)
{
	static const char stream[] = "request=\"hello\"\n##\n";
	const size_t size = sizeof(stream) - 1;

	for (size_t i = 0; i < size; i++) {
		ck_assert(!wire_find_end(&buffer, &scanned, &length));
		ck_assert_int_eq(buffer_add(&buffer, &stream[i], 1), 0);
	}
	ck_assert(wire_find_end(&buffer, &scanned, &length));
	ck_assert_uint_eq(length, size - 4);
}
END_TEST

/* A byte that was looked at is not looked at again, else one message costs the square of its size.
 */
START_TEST(wire_end_is_looked_for_where_the_last_search_ended)
{
	receive("a\n##");
	ck_assert(!wire_find_end(&buffer, &scanned, &length));
	ck_assert_uint_eq(scanned, 4);
	receive("x\n##\n");
	ck_assert(wire_find_end(&buffer, &scanned, &length));
	ck_assert_uint_eq(length, 5);
}
END_TEST

START_TEST(wire_messages_are_taken_one_by_one)
{
	static const char *const expected[] = {"one\n", "", "two"};
	char *text;

	receive("one\n\n##\n\n##\ntwo\n##\nthr");
	for (size_t i = 0; i < SUITE_COUNT(expected); i++) {
		scanned = 0;
		ck_assert(wire_find_end(&buffer, &scanned, &length));
		text = wire_peek(&buffer, length);
		ck_assert_str_eq(text, expected[i]);
		wire_drop(&buffer, length);
	}
	scanned = 0;
	ck_assert(!wire_find_end(&buffer, &scanned, &length));
	ck_assert_uint_eq(buffer.length, 3);
}
END_TEST

static const char *const no_ends[] = {"", "##\n", "\n##", "\n# #\n", "a##\nb", "\n#\n#\n"};

START_TEST(wire_no_end)
{
	receive(no_ends[_i]);
	ck_assert(!wire_find_end(&buffer, &scanned, &length));
}
END_TEST

START_TEST(wire_both_spellings_of_lvm2_are_read)
{
	struct wire_message *message =
		parse("request=\"pvmove\"\nlvid =\"abc\"\nabort =1\ninterval = \"+15\"\n");

	ck_assert_ptr_nonnull(message);
	ck_assert_str_eq(wire_string(message, "request"), "pvmove");
	ck_assert_str_eq(wire_string(message, "lvid"), "abc");
	ck_assert_str_eq(wire_string(message, "interval"), "+15");
	ck_assert_int_eq(wire_number(message, "abort"), 1);
	wire_free(message);
}
END_TEST

START_TEST(wire_a_value_of_another_kind_is_none)
{
	struct wire_message *message =
		parse("number=5\nstring=\"5\"\nempty=\"\"\nfloat=1.5\nsection { inner=\"x\" }\n");

	ck_assert_ptr_nonnull(message);
	ck_assert_ptr_null(wire_string(message, "number"));
	ck_assert_ptr_null(wire_string(message, "empty"));
	ck_assert_ptr_null(wire_string(message, "section"));
	ck_assert_ptr_null(wire_string(message, "inner"));
	ck_assert_ptr_null(wire_string(message, "section/inner"));
	ck_assert_ptr_null(wire_string(message, "missing"));
	ck_assert_int_eq(wire_number(message, "string"), 0);
	ck_assert_int_eq(wire_number(message, "float"), 0);
	ck_assert_int_eq(wire_number(message, "missing"), 0);
	wire_free(message);
}
END_TEST

START_TEST(wire_of_duplicates_the_first_counts)
{
	struct wire_message *message = parse("a=\"first\"\na=\"second\"\n");

	ck_assert_ptr_nonnull(message);
	ck_assert_str_eq(wire_string(message, "a"), "first");
	wire_free(message);
}
END_TEST

START_TEST(wire_messages_do_not_mix)
{
	struct wire_message *first = parse("a=\"first\"\nb=1\n"), *second, *third;

	wire_free(first);
	second = parse("a=\"second\"\n");
	ck_assert_ptr_null(parse("a=\"broken\"\nb="));
	third = parse("c=\"third\"\n");
	ck_assert_str_eq(wire_string(second, "a"), "second");
	ck_assert_int_eq(wire_number(second, "b"), 0);
	ck_assert_str_eq(wire_string(third, "c"), "third");
	ck_assert_ptr_null(wire_string(third, "a"));
	wire_free(second);
	wire_free(third);
}
END_TEST

static const char *const garbage[] = {"a", "=", "a=", "}", "a {", "a=[1", "\"", "[", "a=1}"};

/* Whatever a key holds, it is there: nothing is overlooked that a caller may mean. */
START_TEST(wire_key_that_is_not_known_is_found)
{
	static const char *const known[] = {"request", "id", NULL};
	static const struct {
		const char *text;
		const char *other;
	} cases[] = {
		{"request=\"abort\"\nid=1\n", NULL},
		{"id=1\nid=2\n", NULL},
		{"request=\"abort\"\nsysdir=\"/tmp\"\nlvid=\"x\"\n", "sysdir"},
		{"sysdir=\"\"\n", "sysdir"},
		{"id=1\nsysdir=5\n", "sysdir"},
		{"id=1\nsysdir { a=1 }\n", "sysdir"},
		{"ID=1\n", "ID"},
	};

	for (size_t i = 0; i < SUITE_COUNT(cases); i++) {
		struct wire_message *message = wire_parse(cases[i].text, strlen(cases[i].text));

		ck_assert_ptr_nonnull(message);
		ck_assert_pstr_eq(wire_other_key(message, known), cases[i].other);
		wire_free(message);
	}
}
END_TEST

START_TEST(wire_garbage_is_no_message)
{
	ck_assert_ptr_null(parse(garbage[_i]));
}
END_TEST

START_TEST(wire_nul_bytes_are_no_message)
{
	static const char text[] = "a=\"b\"\0c=\"d\"";

	ck_assert_ptr_null(wire_parse(text, sizeof(text) - 1));
	ck_assert_ptr_null(wire_parse("\0", 1));
}
END_TEST

START_TEST(wire_nothing_is_no_message)
{
	ck_assert_ptr_null(parse(""));
}
END_TEST

/* Either would take the stack of libdevmapper's parser, and with it the daemon. */
static const char *const nestings[] = {"a/", "a{", "a/a{"};

START_TEST(wire_deep_nesting_is_no_message)
{
	const size_t count = 250000, size = strlen(nestings[_i]);
	char *text = malloc(count * size + sizeof("a=1"));

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * size, nestings[_i], size);
	strcpy(text + count * size, "a=1");
	ck_assert_ptr_null(parse(text));
	free(text);
}
END_TEST

/* The longest LVM_SYSTEM_DIR that there can be, beside a command line with a thousand devices. */
START_TEST(wire_paths_of_a_request_are_not_nesting)
{
	char system_dir[4096], devices[20 * 1000 + 1],
		text[sizeof(system_dir) + sizeof(devices) + 64];
	struct wire_message *message;

	memset(system_dir, '/', sizeof(system_dir) - 1);
	system_dir[sizeof(system_dir) - 1] = '\0';
	for (size_t i = 0; i < 1000; i++)
		snprintf(devices + 20 * i, 21, " /dev/disk/by-id/%03zu", i);
	snprintf(
		text, sizeof(text), "sysdir =\"%s\"\ncmdline =\"pvmove%s\"\n", system_dir, devices);
	message = parse(text);
	ck_assert_ptr_nonnull(message);
	ck_assert_str_eq(wire_string(message, "sysdir"), system_dir);
	wire_free(message);
}
END_TEST

START_TEST(wire_reply_is_as_stock_writes_it)
{
	static const char expected[] = "response = \"finished\"\nvalue = -5\n\n##\n";

	wire_add_string(&buffer, "response", "finished");
	wire_add_number(&buffer, "value", -5);
	wire_add_end(&buffer);
	ck_assert_uint_eq(buffer.length, sizeof(expected) - 1);
	ck_assert_mem_eq(buffer_bytes(&buffer), expected, sizeof(expected) - 1);
}
END_TEST

/* What goes out is read back by the parser that lvm2 has. */
START_TEST(wire_strings_survive_the_way_there_and_back)
{
	static const char value[] = "a \"quoted\" \\ word\\";
	struct wire_message *message;

	wire_add_string(&buffer, "reason", value);
	wire_add(&buffer, "", 1);
	message = parse(buffer_bytes(&buffer));
	ck_assert_ptr_nonnull(message);
	ck_assert_str_eq(wire_string(message, "reason"), value);
	wire_free(message);
}
END_TEST

START_TEST(wire_reply_that_lacks_a_part_is_empty)
{
	wire_add_string(&buffer, "response", "OK");
	/* More than there is. */
	wire_add(&buffer, "", SIZE_MAX / 2);
	wire_add_number(&buffer, "value", 1);
	ck_assert_uint_eq(buffer.length, 0);
	wire_add_end(&buffer);
	ck_assert_uint_eq(buffer.length, 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(wire_end_is_found_byte_by_byte),
		SUITE_TEST(wire_end_is_looked_for_where_the_last_search_ended),
		SUITE_TEST(wire_messages_are_taken_one_by_one),
		SUITE_LOOP(wire_no_end, SUITE_COUNT(no_ends)),
		SUITE_TEST(wire_both_spellings_of_lvm2_are_read),
		SUITE_TEST(wire_a_value_of_another_kind_is_none),
		SUITE_TEST(wire_of_duplicates_the_first_counts),
		SUITE_TEST(wire_messages_do_not_mix),
		SUITE_TEST(wire_key_that_is_not_known_is_found),
		SUITE_LOOP(wire_garbage_is_no_message, SUITE_COUNT(garbage)),
		SUITE_TEST(wire_nul_bytes_are_no_message),
		SUITE_TEST(wire_nothing_is_no_message),
		SUITE_LOOP(wire_deep_nesting_is_no_message, SUITE_COUNT(nestings)),
		SUITE_TEST(wire_paths_of_a_request_are_not_nesting),
		SUITE_TEST(wire_reply_is_as_stock_writes_it),
		SUITE_TEST(wire_strings_survive_the_way_there_and_back),
		SUITE_TEST(wire_reply_that_lacks_a_part_is_empty),
	};

	return suite_run_fixture("wire", tests, SUITE_COUNT(tests), create_buffer, free_buffer);
}
