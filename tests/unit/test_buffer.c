/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers: they give back what was put in, and a lost one is empty. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "util/buffer.h"

static struct buffer buffer;

static void create_buffer(void)
{
	buffer = (struct buffer){0};
}

static void free_buffer(void)
{
	buffer_free(&buffer);
}

static void add_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add_format(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	ck_assert_int_eq(buffer_add_format(&buffer, format, arguments), 0);
	va_end(arguments);
}

/* Pieces of every size up to 2,000 bytes go in, and half as much comes out each time. */
START_TEST(buffer_keeps_the_order_of_bytes)
{
	unsigned char piece[2000], next_in = 0, next_out = 0;
	size_t wrong = 0;

	for (size_t size = 1; size <= sizeof(piece); size++) {
		size_t half = (buffer.length + size) / 2;

		for (size_t i = 0; i < size; i++)
			piece[i] = next_in++;
		ck_assert_int_eq(buffer_add(&buffer, piece, size), 0);
		for (size_t i = 0; i < half; i++)
			wrong += (unsigned char)buffer_bytes(&buffer)[i] != next_out++;
		buffer_drop(&buffer, half);
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq((unsigned char)(next_in - next_out), buffer.length % 256);
}
END_TEST

/* Not even one that never holds much at a time grows, however much goes through it. */
START_TEST(buffer_storage_is_used_again)
{
	static const char bytes[100];

	for (int i = 0; i < 10000; i++) {
		ck_assert_int_eq(buffer_add(&buffer, bytes, sizeof(bytes)), 0);
		if (i > 0)
			buffer_drop(&buffer, sizeof(bytes));
	}
	ck_assert_uint_le(buffer.size, 1024);
}
END_TEST

START_TEST(buffer_that_is_empty_keeps_no_large_storage)
{
	char *bytes = calloc(1, 1 << 20);

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(buffer_add(&buffer, bytes, 1 << 20), 0);
	buffer_drop(&buffer, (1 << 20) - 1);
	ck_assert_uint_eq(buffer.length, 1);
	buffer_drop(&buffer, 1);
	ck_assert_ptr_null(buffer.storage);
	free(bytes);
}
END_TEST

START_TEST(buffer_formats_of_any_length)
{
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	add_format("%s", "");
	add_format("%d,", 5);
	add_format("%s,", text);
	add_format("%d", 6);
	ck_assert_uint_eq(buffer.length, 2 + sizeof(text) + 1);
	ck_assert_mem_eq(buffer_bytes(&buffer), "5,xx", 4);
	ck_assert_mem_eq(buffer_bytes(&buffer) + buffer.length - 3, "x,6", 3);
}
END_TEST

START_TEST(buffer_that_is_lost_stays_empty)
{
	ck_assert_int_eq(buffer_add(&buffer, "a", 1), 0);
	ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX), -ENOMEM);
	ck_assert(buffer.is_lost);
	ck_assert_uint_eq(buffer.length, 0);
	ck_assert_int_eq(buffer_add(&buffer, "b", 1), -ENOMEM);
	ck_assert_uint_eq(buffer.length, 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(buffer_keeps_the_order_of_bytes),
		SUITE_TEST(buffer_storage_is_used_again),
		SUITE_TEST(buffer_that_is_empty_keeps_no_large_storage),
		SUITE_TEST(buffer_formats_of_any_length),
		SUITE_TEST(buffer_that_is_lost_stays_empty),
	};

	return suite_run_fixture("buffer", tests, SUITE_COUNT(tests), create_buffer, free_buffer);
}
