/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers that come with a result: which are taken, and what they look like. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "loader/findings.h"
#include "suite.h"

static struct lvmpolld_findings findings;

static void clear(void)
{
	findings.count = 0;
}

static const char *written(void)
{
	static char text[FINDINGS_TEXT_SIZE];

	findings_write(&findings, text);
	return text;
}

static const struct {
	const char *name;
	uint64_t number;
	bool is_taken;
} told[] = {
	{"mismatches", 0, true},
	{"a", INT64_MAX, true},
	{"leg_2", 1, true},
	{"a2345678901234567890123456789012", 1, true},
	{"a23456789012345678901234567890123", 1, false},
	{"a", (uint64_t)INT64_MAX + 1, false},
	{NULL, 1, false},
	{"", 1, false},
	{"_a", 1, false},
	{"2a", 1, false},
	{"A", 1, false},
	{"a b", 1, false},
	{"a=b", 1, false},
	{"a\"", 1, false},
	{"a\n", 1, false},
	{"\303\266", 1, false},
};

START_TEST(names_and_numbers_are_checked)
{
	ck_assert_int_eq(
		findings_add(&findings, told[_i].name, told[_i].number), told[_i].is_taken);
	ck_assert_uint_eq(findings.count, told[_i].is_taken);
}
END_TEST

START_TEST(name_has_its_latest_number)
{
	findings_add(&findings, "a", 1);
	findings_add(&findings, "b", 2);
	findings_add(&findings, "a", 3);
	ck_assert_str_eq(written(), "a=3 b=2");
}
END_TEST

START_TEST(there_are_not_too_many)
{
	char name[8];

	for (unsigned i = 0; i < FINDINGS_MAX; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		ck_assert(findings_add(&findings, name, i));
	}
	ck_assert(!findings_add(&findings, "more", 1));
	ck_assert(findings_add(&findings, "f0", 1));
	ck_assert_uint_eq(findings.count, FINDINGS_MAX);
}
END_TEST

START_TEST(longest_text_has_room)
{
	char name[FINDING_NAME_SIZE];

	for (unsigned i = 0; i < FINDINGS_MAX; i++) {
		snprintf(name, sizeof(name), "%c1234567890123456789012345678901", 'a' + (char)i);
		ck_assert(findings_add(&findings, name, INT64_MAX));
	}
	ck_assert_uint_eq(strlen(written()), FINDINGS_MAX * (32 + 1 + 19 + 1) - 1);
}
END_TEST

static const struct {
	const char *text;
	const char *read;
} texts[] = {
	{NULL, ""},
	{"", ""},
	{"a=1", "a=1"},
	{"a=1 b=9223372036854775807", "a=1 b=9223372036854775807"},
	{"a=1 B=2 c=3", "a=1 c=3"},
	{"a=1 b", "a=1"},
	{"a", ""},
	{"=1", ""},
	{"a=-1", ""},
	{"a=1 b=99999999999999999999999", "a=1"},
};

START_TEST(what_is_written_is_read)
{
	findings_add(&findings, "former", 1);
	findings_read(&findings, texts[_i].text);
	ck_assert_str_eq(written(), texts[_i].read);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(names_and_numbers_are_checked, SUITE_COUNT(told)),
		SUITE_TEST(name_has_its_latest_number),
		SUITE_TEST(there_are_not_too_many),
		SUITE_TEST(longest_text_has_room),
		SUITE_LOOP(what_is_written_is_read, SUITE_COUNT(texts)),
	};

	return suite_run_fixture("findings", tests, SUITE_COUNT(tests), clear, NULL);
}
