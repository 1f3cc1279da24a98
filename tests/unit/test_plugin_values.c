/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values that plugins are told, at the start and when the configuration is read again. */
#include "config.h"

#include "loader/configure.h"
#include "plugin_fixture.h"
#include "suite.h"

char good_told[512];

#define DEFAULTS_TOLD "word=;flag=false;count=7;pause=5;room=1MiB;"

/* Gives the loaded plugins the configuration in TEXT; returns what plugins_configure does. */
static int configure(const char *text)
{
	struct configuration *changed = fixture_configuration(text);
	int result = plugins_configure(plugins, changed, &fixture_error);

	configuration_free(changed);
	return result;
}

START_TEST(every_key_is_told_with_its_default)
{
	fixture_add("good");
	fixture_load("");
	ck_assert_str_eq(good_told, DEFAULTS_TOLD);
}
END_TEST

START_TEST(values_of_the_file_replace_defaults)
{
	fixture_add("good");
	fixture_load("plugins: {good: {room: 2GiB, word: hello, flag: true, count: 0, pause: 60, "
		     "monitor: lvpoll, stall_check: 0}}");
	ck_assert_str_eq(good_told, "word=hello;flag=true;count=0;pause=60;room=2GiB;");
	ck_assert_int_eq(fixture_entry("good")->monitor, PLUGIN_MONITOR_LVPOLL);
	ck_assert_uint_eq(fixture_entry("good")->stall_check_s, 0);
}
END_TEST

/* Sections that are wrong, and what is said about each. */
static const struct {
	const char *section;
	const char *sentence; /* a part of it */
} bad_sections[] = {
	{"{wrd: a}", ": plugins.good.wrd: unknown key; did you mean \"word\"?"},
	{"{monitr: a}", ": plugins.good.monitr: unknown key; did you mean \"monitor\"?"},
	{"{qqqqqq: a}", ": plugins.good.qqqqqq: unknown key"},
	{"{monitor: polling}", ":1:27: plugins.good.monitor: \"polling\" is not known: it must be "
			       "kernel or lvpoll"},
	{"{stall_check: -1}", ":1:31: plugins.good.stall_check: "},
	{"{stall_check: 4294967296}", "plugins.good.stall_check: 4294967296 seconds are too many"},
	{"{flag: 2}", "plugins.good.flag: "},
	{"{count: many}", "plugins.good.count: "},
	{"{count: 18446744073709551616}", "plugins.good.count: "},
	{"{pause: 1.5}", "plugins.good.pause: "},
	{"{room: 5 apples}", "plugins.good.room: "},
	{"{word: refuse me}", ":1:24: plugins.good.word: \"refuse me\" is not wanted here"},
};

START_TEST(bad_section_at_the_start_leaves_only_its_plugin_out)
{
	char text[256];

	fixture_add("good");
	fixture_add("plain");
	snprintf(text, sizeof(text), "plugins: {good: %s}", bad_sections[_i].section);
	fixture_load(text);
	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_ptr_null(fixture_entry("good")->interface);
	ck_assert_msg(strstr(fixture_entry("good")->reason, bad_sections[_i].sentence), "%s",
		fixture_entry("good")->reason);
}
END_TEST

START_TEST(bad_section_later_leaves_everything_as_it_was)
{
	char text[256];

	fixture_add("good");
	fixture_load("plugins: {good: {word: before, monitor: lvpoll, stall_check: 5}}");
	good_told[0] = '\0';
	snprintf(text, sizeof(text), "plugins: {good: %s}", bad_sections[_i].section);
	ck_assert_int_lt(configure(text), 0);
	ck_assert_msg(strstr(fixture_error.sentence, bad_sections[_i].sentence), "%s",
		fixture_error.sentence);
	ck_assert_int_eq(strncmp(fixture_error.sentence, scratch_path("lvmpolld.yaml"),
				 strlen(scratch_path("lvmpolld.yaml"))),
		0);

	/* Where the plugin itself refused, it was told its former values again. */
	if (strstr(bad_sections[_i].section, "refuse me"))
		ck_assert_str_eq(good_told, "word=before;flag=false;count=7;pause=5;room=1MiB;");
	else
		ck_assert_str_eq(good_told, "");
	ck_assert_ptr_nonnull(fixture_entry("good")->interface);
	ck_assert_int_eq(fixture_entry("good")->monitor, PLUGIN_MONITOR_LVPOLL);
	ck_assert_uint_eq(fixture_entry("good")->stall_check_s, 5);
}
END_TEST

START_TEST(good_section_later_is_taken)
{
	fixture_add("good");
	fixture_load("plugins: {good: {word: before, monitor: lvpoll}}");
	good_told[0] = '\0';
	ck_assert_int_eq(configure("plugins: {good: {count: 8, stall_check: 60}}"), 0);
	ck_assert_str_eq(good_told, "word=;flag=false;count=8;pause=5;room=1MiB;");
	ck_assert_int_eq(fixture_entry("good")->monitor, PLUGIN_MONITOR_KERNEL);
	ck_assert_uint_eq(fixture_entry("good")->stall_check_s, 60);
}
END_TEST

START_TEST(refusal_of_one_plugin_keeps_the_values_of_all)
{
	fixture_add("good");
	fixture_add("plain");
	fixture_load("plugins: {plain: {stall_check: 1}}");
	good_told[0] = '\0';
	ck_assert_int_lt(configure("plugins: {good: {count: 9}, plain: {monitor: x}}"), 0);
	ck_assert_ptr_nonnull(strstr(fixture_error.sentence, "plugins.plain.monitor"));
	ck_assert_str_eq(good_told, "");
	ck_assert_uint_eq(fixture_entry("plain")->stall_check_s, 1);
}
END_TEST

START_TEST(section_without_plugin_is_only_a_warning)
{
	fixture_add("plain");
	fixture_load("plugins: {gone: {a: b}}");
	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_int_eq(plugins_check(plugins, &fixture_error), 0);
	ck_assert_int_eq(configure("plugins: {gone: {a: b}}"), 0);
}
END_TEST

START_TEST(section_of_a_disabled_plugin_has_no_effect)
{
	fixture_add("good");
	fixture_load("plugins: {enabled: [], good: {nonsense: b}}");
	ck_assert_ptr_null(fixture_entry("good")->interface);
	ck_assert_int_eq(plugins_check(plugins, &fixture_error), 0);
	ck_assert_int_eq(configure("plugins: {enabled: [], good: {nonsense: b}}"), 0);
	ck_assert_str_eq(good_told, "");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(every_key_is_told_with_its_default),
		SUITE_TEST(values_of_the_file_replace_defaults),
		SUITE_LOOP(bad_section_at_the_start_leaves_only_its_plugin_out,
			SUITE_COUNT(bad_sections)),
		SUITE_LOOP(
			bad_section_later_leaves_everything_as_it_was, SUITE_COUNT(bad_sections)),
		SUITE_TEST(good_section_later_is_taken),
		SUITE_TEST(refusal_of_one_plugin_keeps_the_values_of_all),
		SUITE_TEST(section_without_plugin_is_only_a_warning),
		SUITE_TEST(section_of_a_disabled_plugin_has_no_effect),
	};

	return suite_run_fixture(
		"plugin values", tests, SUITE_COUNT(tests), fixture_create, fixture_remove);
}
