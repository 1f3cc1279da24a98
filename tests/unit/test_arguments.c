/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Argument lists and errors. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "process/arguments.h"
#include "suite.h"
#include "util/error.h"

START_TEST(arguments_grow_and_end_with_null)
{
	struct lvmpolld_arguments arguments = {0};
	char number[16];

	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(arguments_add_format(&arguments, "%d", i), 0);
		ck_assert_uint_eq(arguments.count, (size_t)i + 1);
		ck_assert_ptr_null(arguments.list[arguments.count]);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(number, sizeof(number), "%d", i);
		ck_assert_str_eq(arguments.list[i], number);
	}
	arguments_clear(&arguments);
	ck_assert_uint_eq(arguments.count, 0);
	ck_assert_ptr_null(arguments.list);
}
END_TEST

START_TEST(arguments_are_copies)
{
	struct lvmpolld_arguments arguments = {0};
	char text[] = "lvpoll";

	ck_assert_int_eq(arguments_add(&arguments, text), 0);
	ck_assert_int_eq(arguments_add(&arguments, ""), 0);
	text[0] = 'X';
	ck_assert_str_eq(arguments.list[0], "lvpoll");
	ck_assert_str_eq(arguments.list[1], "");
	ck_assert_ptr_null(arguments.list[2]);
	arguments_clear(&arguments);
}
END_TEST

START_TEST(cleared_arguments_can_be_used_again)
{
	struct lvmpolld_arguments arguments = {0};

	arguments_clear(&arguments);
	ck_assert_int_eq(arguments_add(&arguments, "one"), 0);
	arguments_clear(&arguments);
	ck_assert_int_eq(arguments_add(&arguments, "two"), 0);
	ck_assert_uint_eq(arguments.count, 1);
	ck_assert_str_eq(arguments.list[0], "two");
	arguments_clear(&arguments);
}
END_TEST

START_TEST(error_gains_context)
{
	struct lvmpolld_error error;

	ck_assert_int_eq(error_set(&error, EINVAL, "%s is %d", "it", 5), -EINVAL);
	ck_assert_int_eq(error_add_context(&error, "in %s", "here"), -EINVAL);
	ck_assert_int_eq(error_add_context(&error, "out"), -EINVAL);
	error_append(&error, ", and %s", "more");
	ck_assert_int_eq(error.code, EINVAL);
	ck_assert_str_eq(error.sentence, "out: in here: it is 5, and more");
}
END_TEST

START_TEST(error_may_quote_itself)
{
	struct lvmpolld_error error;

	error_set(&error, EIO, "inner");
	ck_assert_int_eq(error_set(&error, ENOENT, "outer (%s)", error.sentence), -ENOENT);
	ck_assert_str_eq(error.sentence, "outer (inner)");
}
END_TEST

START_TEST(long_sentences_are_cut_at_the_end)
{
	struct lvmpolld_error error;
	char text[2 * ERROR_SENTENCE_MAX];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&error, EIO, "%s", text);
	ck_assert_uint_eq(strlen(error.sentence), ERROR_SENTENCE_MAX - 1);
	error_add_context(&error, "here");
	ck_assert_uint_eq(strlen(error.sentence), ERROR_SENTENCE_MAX - 1);
	ck_assert_int_eq(strncmp(error.sentence, "here: aaa", 9), 0);
	error_add_context(&error, "%s", text);
	ck_assert_uint_eq(strlen(error.sentence), ERROR_SENTENCE_MAX - 1);
	ck_assert_ptr_nonnull(strstr(error.sentence, "a: here: aaa"));
	error_append(&error, "no room");
	ck_assert_uint_eq(strlen(error.sentence), ERROR_SENTENCE_MAX - 1);
}
END_TEST

START_TEST(error_need_not_be_wanted)
{
	ck_assert_int_eq(error_set(NULL, ENOENT, "unheard"), -ENOENT);
	error_append(NULL, "unheard");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(arguments_grow_and_end_with_null),
		SUITE_TEST(arguments_are_copies),
		SUITE_TEST(cleared_arguments_can_be_used_again),
		SUITE_TEST(error_gains_context),
		SUITE_TEST(error_may_quote_itself),
		SUITE_TEST(long_sentences_are_cut_at_the_end),
		SUITE_TEST(error_need_not_be_wanted),
	};

	return suite_run("arguments", tests, SUITE_COUNT(tests));
}
