/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual page and the example file say of every key what the daemon's table says. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "configuration/keys.h"
#include "configuration/sections.h"
#include "configuration_fixture.h"
#include "suite.h"

/* make sets srcdir; the example lies in the build tree, with its paths filled in. */
#define MANUAL  "../../man/lvmpolld.yaml.5"
#define EXAMPLE "../../etc/lvmpolld.yaml"

static char manual[1 << 16];
static char example[1 << 16];

static void load(const char *directory, const char *name, char *text, size_t size)
{
	char path[1024];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	ck_assert_msg(file, "%s: %s", path, strerror(errno));
	length = fread(text, 1, size - 1, file);
	text[length] = '\0';
	ck_assert_uint_lt(length, size - 1);
	fclose(file);
}

static void load_documents(void)
{
	const char *source = getenv("srcdir");

	set_up();
	load(source ? source : ".", MANUAL, manual, sizeof(manual));
	load(".", EXAMPLE, example, sizeof(example));
}

/* Copies what stands between BEFORE and AFTER, behind the first BEFORE in TEXT. */
static const char *between(const char *text, const char *before, const char *after)
{
	static char found[1024];
	const char *start = strstr(text, before), *end;

	ck_assert_msg(start, "\"%s\" is missing", before);
	start += strlen(before);
	end = strstr(start, after);
	ck_assert_msg(end && end - start < (ptrdiff_t)sizeof(found),
		"nothing ends what begins with \"%s\"", before);
	snprintf(found, sizeof(found), "%.*s", (int)(end - start), start);
	return found;
}

/* The paragraph of KEY in the manual page, up to the next key or section. */
static const char *manual_of(const struct configuration_key *key)
{
	static char text[4096];
	char heading[96], tag[64];
	size_t length = 0;
	const char *start, *end;

	while (key->section[length] != '\0' && length + 1 < sizeof(tag)) {
		tag[length] = (char)toupper((unsigned char)key->section[length]);
		length++;
	}
	tag[length] = '\0';
	snprintf(heading, sizeof(heading), "\n.SH SECTION %s\n", tag);
	start = strstr(manual, heading);
	ck_assert_msg(start, "%s is missing", heading + 1);
	end = strstr(start + 1, "\n.SH ");
	snprintf(tag, sizeof(tag), "\n.TP\n.BI %s: ", key->name);
	start = strstr(start, tag);
	ck_assert_msg(start && start < end, "%s.%s is missing", key->section, key->name);
	end = strstr(start + 1, "\n.TP\n");
	snprintf(text, sizeof(text), "%.*s", (int)(end - start), start);
	return text;
}

START_TEST(manual_page_tells_type_and_default)
{
	const struct configuration_key *key = configuration_key((size_t)_i);
	char tag[64];

	snprintf(tag, sizeof(tag), ".BI %s: \" ", key->name);
	ck_assert_str_eq(between(manual_of(key), tag, "\"\n"), configuration_type_name(key->type));
	/* Paths depend on how the daemon was built: there the page has the usual ones. */
	if (key->type == CONFIGURATION_PATH)
		ck_assert_ptr_nonnull(strstr(manual_of(key), "Default: \\fB"));
	else
		ck_assert_str_eq(
			between(manual_of(key), "Default: \\fB", "\\fP.\n"), key->default_text);
}
END_TEST

START_TEST(example_of_the_manual_page_is_right)
{
	const struct configuration_key *key = configuration_key((size_t)_i);
	char text[1024], name[64];

	snprintf(text, sizeof(text), "%s: {%s}", key->section,
		between(manual_of(key), "Example: \\fB", "\\fP"));
	snprintf(name, sizeof(name), "{%s: ", key->name);
	ck_assert_ptr_nonnull(strstr(text, name));
	ck_read(text);
}
END_TEST

START_TEST(manual_page_has_no_other_key)
{
	unsigned count = 0, known = 0;
	const char *place = strstr(manual, "\n.SH SECTION ");
	const char *end = strstr(manual, "\n.SS Sections of plugins");

	ck_assert(place && end);
	while ((place = strstr(place + 1, "\n.BI ")) && place < end)
		count++;
	while (configuration_key(known))
		known++;
	ck_assert_uint_eq(count, known);
}
END_TEST

START_TEST(example_file_has_each_default)
{
	const struct configuration_key *key = configuration_key((size_t)_i);
	char section[64], line[64];
	const char *start, *end;

	snprintf(section, sizeof(section), "\n%s:\n", key->section);
	start = strstr(example, section);
	ck_assert_msg(start, "section %s is missing", key->section);
	snprintf(line, sizeof(line), "\n  #%s: ", key->name);
	if (!key->default_text)
		ck_assert_ptr_nonnull(strstr(start, line));
	else
		ck_assert_str_eq(between(start, line, "\n"), key->default_text);
	end = strstr(start, line);
	/* Within the section: no line between begins another one. */
	for (start += strlen(section); start < end; start = strchr(start, '\n') + 1)
		ck_assert(*start == ' ' || *start == '\n');
}
END_TEST

/* Takes the "#" away before every key, as a user would. */
static void uncomment(char *text)
{
	for (char *hash = text; (hash = strstr(hash, "\n  #")); hash++)
		if (islower((unsigned char)hash[4]))
			hash[3] = ' ';
}

/* Not every column fits then, since a key moves by one: all of them alike. */
START_TEST(example_file_can_be_used)
{
	ck_read(example);
	uncomment(example);
	ck_read(example);
	ck_assert_ptr_nonnull(configuration->state_directory);
	ck_assert_ptr_nonnull(configuration_find_plugin(configuration, "pvmove"));
}
END_TEST

static int count_keys(void)
{
	int count = 0;

	while (configuration_key((size_t)count))
		count++;
	return count;
}

int main(void)
{
	const int count = count_keys();
	const struct suite_test tests[] = {
		SUITE_LOOP(manual_page_tells_type_and_default, count),
		SUITE_LOOP(example_of_the_manual_page_is_right, count),
		SUITE_TEST(manual_page_has_no_other_key),
		SUITE_LOOP(example_file_has_each_default, count),
		SUITE_TEST(example_file_can_be_used),
	};

	return suite_run_fixture(
		"configuration_documents", tests, SUITE_COUNT(tests), load_documents, tear_down);
}
