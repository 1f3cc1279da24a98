/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a start: which texts are taken, and what they come to. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "loader/options.h"
#include "suite.h"

static const struct lvmpolld_key keys[] = {
	{"mode", LVMPOLLD_STRING, "slow", "How hard it tries."},
	{"region", LVMPOLLD_SIZE, "1KiB", "How much at once."},
	{"disk", LVMPOLLD_STRING, NULL, "The disk."},
	{NULL, LVMPOLLD_STRING, NULL, NULL},
};
static const struct lvmpolld_plugin plugin = {.operation = "drain", .options = keys};
static const struct lvmpolld_plugin without = {.operation = "plain"};

static struct lvmpolld_error error;

static const struct {
	const char *given;
	const char *all;      /* NULL: it is refused */
	const char *sentence; /* part of the error then */
} texts[] = {
	{"disk=sda", "mode=slow region=1KiB disk=sda", NULL},
	{"  disk=a=b   mode=x ", "mode=x region=1KiB disk=a=b", NULL},
	{"region=4096 disk=\"", "mode=slow region=4096 disk=\"", NULL},
	{NULL, NULL, "\"disk\" is missing: The disk."},
	{"", NULL, "\"disk\" is missing"},
	{"disk=a disk=a", NULL, "twice"},
	{"disk", NULL, "disk=VALUE is needed"},
	{"disk=", NULL, "1 to 255 characters"},
	{"disk=\x7f", NULL, "not allowed"},
	{"disk=\xc3\xa4", NULL, "not allowed"},
	{"disk=-", NULL, "begins with \"-\""},
	{"disk=a region=x", NULL, "option region: "},
	{"disk=a regio=1", NULL, "no option \"regio\"; it has mode, region, disk"},
	{"disk=a =1", NULL, "no option \"\""},
};

START_TEST(text_is_checked_and_made_whole)
{
	const struct lvmpolld_options *options;
	int result = options_new(&plugin, texts[_i].given, true, &options, &error);

	ck_assert_int_eq(result, texts[_i].all ? 0 : -EINVAL);
	ck_assert_pstr_eq(options_text(options), texts[_i].all);
	if (texts[_i].sentence)
		ck_assert_msg(strstr(error.sentence, texts[_i].sentence), "%s", error.sentence);
	options_release(options);
}
END_TEST

START_TEST(longest_value_is_taken)
{
	const struct lvmpolld_options *options;
	char text[5 + OPTION_VALUE_MAX + 2] = "disk=";

	memset(text + 5, 'x', OPTION_VALUE_MAX);
	ck_assert_int_eq(options_new(&plugin, text, true, &options, &error), 0);
	options_release(options);
	text[5 + OPTION_VALUE_MAX] = 'x';
	ck_assert_int_eq(options_new(&plugin, text, true, &options, &error), -EINVAL);
}
END_TEST

/* Nobody has started it: what a start must give is not there. */
START_TEST(what_must_be_given_is_left_out_where_nobody_starts)
{
	static const struct lvmpolld_key keys_around[] = {
		{"disk", LVMPOLLD_STRING, NULL, "The disk."},
		{"mode", LVMPOLLD_STRING, "slow", "How hard it tries."},
		{"place", LVMPOLLD_STRING, NULL, "Where to."},
		{NULL, LVMPOLLD_STRING, NULL, NULL},
	};
	static const struct lvmpolld_key only_required[] = {
		{"disk", LVMPOLLD_STRING, NULL, "The disk."},
		{NULL, LVMPOLLD_STRING, NULL, NULL},
	};
	const struct lvmpolld_plugin around = {.operation = "around", .options = keys_around};
	const struct lvmpolld_plugin required = {.operation = "all", .options = only_required};
	struct lvmpolld_value value = {.struct_size = sizeof(value)};
	const struct lvmpolld_options *options;

	ck_assert_int_eq(options_new(&around, "place=x", false, &options, &error), 0);
	ck_assert_str_eq(options_text(options), "mode=slow place=x");
	ck_assert(!options_read(options, "disk", &value));
	ck_assert(options_read(options, "mode", &value));
	ck_assert_str_eq(value.string, "slow");
	ck_assert(options_read(options, "place", &value));
	ck_assert_str_eq(value.string, "x");
	options_release(options);
	ck_assert_int_eq(options_new(&around, "place=", false, &options, &error), -EINVAL);
	ck_assert_int_eq(options_new(&required, NULL, false, &options, &error), 0);
	ck_assert_ptr_null(options);
}
END_TEST

START_TEST(plugin_without_options_takes_none)
{
	const struct lvmpolld_options *options;

	ck_assert_int_eq(options_new(&without, NULL, true, &options, &error), 0);
	ck_assert_ptr_null(options);
	ck_assert_int_eq(options_new(&without, "mode=x", true, &options, &error), -EINVAL);
	ck_assert_str_eq(
		error.sentence, "the operation \"plain\" has no option \"mode\": it has none");
}
END_TEST

START_TEST(values_are_read_by_name)
{
	struct lvmpolld_value value = {.struct_size = sizeof(value)};
	const struct lvmpolld_options *options;

	ck_assert_int_eq(options_new(&plugin, "disk=sda region=4KiB", true, &options, &error), 0);
	ck_assert(options_read(options, "mode", &value));
	ck_assert_str_eq(value.string, "slow");
	ck_assert(options_read(options, "region", &value));
	ck_assert_int_eq(value.type, LVMPOLLD_SIZE);
	ck_assert_uint_eq(value.number, 4096);
	ck_assert(options_read(options, "disk", &value));
	ck_assert_str_eq(value.string, "sda");
	ck_assert(!options_read(options, "nix", &value));
	ck_assert(!options_read(NULL, "disk", &value));
	options_release(options);
}
END_TEST

/* A plugin of an older header may have less of the struct. */
START_TEST(no_more_is_written_than_the_plugin_has_room_for)
{
	struct lvmpolld_value value = {
		.struct_size = offsetof(struct lvmpolld_value, number), .number = 4711};
	const struct lvmpolld_options *options;

	ck_assert_int_eq(options_new(&plugin, "disk=sda", true, &options, &error), 0);
	ck_assert(options_read(options, "region", &value));
	ck_assert_str_eq(value.string, "1KiB");
	ck_assert_uint_eq(value.number, 4711);
	ck_assert_uint_eq(value.struct_size, offsetof(struct lvmpolld_value, number));
	options_release(options);
}
END_TEST

static const struct {
	const char *name;
	const char *value;
	int result;
	const char *all; /* then */
} changes[] = {
	{"mode", "fast", 0, "mode=fast region=1KiB disk=sda"},
	{"disk", "a=1,b=2", 0, "mode=slow region=1KiB disk=a=1,b=2"},
	{"region", "2KiB", 0, "mode=slow region=2KiB disk=sda"},
	{"region", "much", -EINVAL, "mode=slow region=1KiB disk=sda"},
	{"mode", "", -EINVAL, "mode=slow region=1KiB disk=sda"},
	{"mode", "a b", -EINVAL, "mode=slow region=1KiB disk=sda"},
	{"nix", "x", -EINVAL, "mode=slow region=1KiB disk=sda"},
};

/* Whoever shares them has it, too. */
START_TEST(plugin_changes_one)
{
	struct lvmpolld_value value = {.struct_size = sizeof(value)};
	const struct lvmpolld_options *options, *shared;

	ck_assert_int_eq(options_new(&plugin, "disk=sda", true, &options, &error), 0);
	shared = options_hold(options);
	ck_assert_int_eq(
		options_set(options, changes[_i].name, changes[_i].value), changes[_i].result);
	options_release(options);
	ck_assert_str_eq(options_text(shared), changes[_i].all);
	if (changes[_i].result == 0) {
		ck_assert(options_read(shared, changes[_i].name, &value));
		ck_assert_str_eq(value.string, changes[_i].value);
	}
	options_release(shared);
}
END_TEST

START_TEST(option_that_was_left_out_can_be_set)
{
	const struct lvmpolld_options *options;

	ck_assert_int_eq(options_new(&plugin, NULL, false, &options, &error), 0);
	ck_assert_int_eq(options_set(options, "disk", "sda"), 0);
	ck_assert_str_eq(options_text(options), "mode=slow region=1KiB disk=sda");
	options_release(options);
	ck_assert_int_eq(options_set(NULL, "disk", "sda"), -EINVAL);
}
END_TEST

static const struct {
	const char *given;
	int result;
} others[] = {
	{NULL, 0},
	{"", 0},
	{"disk=sda", 0},
	{"region=1KiB mode=slow", 0},
	{"disk=sd", -EINVAL},
	{"disk=sdaa", -EINVAL},
	{"disk", -EINVAL},
	{"nix=1", -EINVAL},
};

START_TEST(second_start_must_agree)
{
	const struct lvmpolld_options *options;

	ck_assert_int_eq(options_new(&plugin, "disk=sda", true, &options, &error), 0);
	ck_assert_int_eq(options_agree(options, others[_i].given, &error), others[_i].result);
	options_release(options);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(text_is_checked_and_made_whole, SUITE_COUNT(texts)),
		SUITE_TEST(longest_value_is_taken),
		SUITE_TEST(what_must_be_given_is_left_out_where_nobody_starts),
		SUITE_TEST(plugin_without_options_takes_none),
		SUITE_TEST(values_are_read_by_name),
		SUITE_TEST(no_more_is_written_than_the_plugin_has_room_for),
		SUITE_LOOP(plugin_changes_one, SUITE_COUNT(changes)),
		SUITE_TEST(option_that_was_left_out_can_be_set),
		SUITE_LOOP(second_start_must_agree, SUITE_COUNT(others)),
	};

	return suite_run("options", tests, SUITE_COUNT(tests));
}
