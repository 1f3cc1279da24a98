/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an lvm command asks: lines as lvm2 2.03.16 and 2.03.31 print them, and others. */
#include "config.h"

#include <string.h>

#include "loader/question.h"
#include "suite.h"

#define CONVERT "Are you sure you want to convert raid6 LV vg/data?"

/* The beginning of a line, and the question that it ends with; NULL: none. */
static const struct {
	const char *text, *question;
} lines[] = {
	{CONVERT " [y/n]: ", CONVERT},
	{CONVERT " [y/n]: Remove it? [y/n]: ", "Remove it?"},
	{"  " CONVERT "  [y/n]: ", CONVERT},
	{"[y/n]: ", ""},
	{" [y/n]: ", ""},
	/* It is not asked to its end yet, or the answer is there. */
	{CONVERT, NULL},
	{CONVERT " [y/n]:", NULL},
	{CONVERT " [y/n]: [n]", NULL},
	{CONVERT " [y/n]:   Logical volume vg/data", NULL},
	{"", NULL},
};

START_TEST(question_is_the_end_of_a_line)
{
	struct asked asked = {0};

	ck_assert_int_eq(question_read(lines[_i].text, &asked), !!lines[_i].question);
	if (!lines[_i].question)
		return;
	ck_assert_uint_eq(asked.length, strlen(lines[_i].question));
	ck_assert_int_eq(strncmp(asked.text, lines[_i].question, asked.length), 0);
}
END_TEST

static const struct lvmpolld_question questions[] = {
	{"lvconvert", 0, "Are you sure you want to convert * LV *[?]", "first"},
	{"lvchange", 0, "Are you sure[?]", "second"},
	{"lvchange", 2, "Be careful of vg/*!", "third"},
	{NULL, 0, NULL, NULL},
};

/* Who asks what in which phase, and the reason why yes is said; NULL: no. */
static const struct {
	const char *command;
	unsigned phase;
	const char *question, *reason;
} finds[] = {
	{"lvconvert", 1, CONVERT, "first"},
	{"lvconvert", 0, CONVERT, "first"},
	{"lvchange", 1, "Are you sure?", "second"},
	{"lvchange", 2, "Be careful of vg/data!", "third"},
	{"lvchange", 1, "Be careful of vg/data!", NULL},
	{"lvchange", 2, "Be careful of other/data!", NULL},
	{"lvconvert", 1, "Are you sure?", NULL},
	{"lvchange", 1, CONVERT, NULL},
	{"lvconvert", 1, "Really? " CONVERT, NULL},
	{"lvconvert", 1, CONVERT " Really", NULL},
	/* No wildcard stands for several words. */
	{"lvconvert", 1, "Are you sure you want to convert raid1 LV vg/data losing resilience?",
		NULL},
	{"lvconvert", 1, "Are you sure you want to convert a b LV vg/data?", NULL},
	{"lvconvert", 1, "Are you sure you want to convert  LV vg/data?", "first"},
	{"lvconvert", 1, "", NULL},
};

START_TEST(question_is_found_by_its_command_and_all_of_its_text)
{
	const struct asked asked = {finds[_i].question, strlen(finds[_i].question)};
	const struct lvmpolld_question *found =
		question_find(questions, finds[_i].command, finds[_i].phase, &asked);

	if (finds[_i].reason) {
		ck_assert_ptr_nonnull(found);
		ck_assert_str_eq(found->reason, finds[_i].reason);
	} else {
		ck_assert_ptr_null(found);
	}
}
END_TEST

static const struct {
	const char *text;
	bool is_specific;
} patterns[] = {
	{"Are you sure you want to convert raid[456]* LV *[?]", true},
	{"Really remove * [?]", true},
	{"Are you[?]", false},
	{"Really *[?]", false},
	{"*[?]", false},
	{" *  ?", false},
	{"[!x]* [A-Z]* \\a b", false},
	{"", false},
};

START_TEST(question_must_have_words_of_its_own)
{
	ck_assert_int_eq(question_is_specific(patterns[_i].text), patterns[_i].is_specific);
}
END_TEST

START_TEST(question_that_is_too_long_is_none_of_them)
{
	static const struct lvmpolld_question any[] = {
		{"lvconvert", 0, "x*", "first"}, {NULL, 0, NULL, NULL}};
	char text[1100];
	struct asked asked = {text, sizeof(text)};

	memset(text, 'x', sizeof(text));
	ck_assert_ptr_null(question_find(any, "lvconvert", 0, &asked));
	asked.length = 1000;
	ck_assert_ptr_nonnull(question_find(any, "lvconvert", 0, &asked));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(question_is_the_end_of_a_line, SUITE_COUNT(lines)),
		SUITE_LOOP(
			question_is_found_by_its_command_and_all_of_its_text, SUITE_COUNT(finds)),
		SUITE_LOOP(question_must_have_words_of_its_own, SUITE_COUNT(patterns)),
		SUITE_TEST(question_that_is_too_long_is_none_of_them),
	};

	return suite_run("question", tests, SUITE_COUNT(tests));
}
