/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that is linked in with -dlpreopen needs no directory. */
#include "config.h"

#include "loader/find.h"
#include "plugin_fixture.h"
#include "suite.h"

START_TEST(linked_in_plugin_is_loaded_without_a_directory)
{
	ck_assert_int_eq(rmdir(scratch_path("plugins")), 0);
	fixture_load("");
	ck_assert_ptr_nonnull(fixture_entry("linked")->interface);
	ck_assert_str_eq(fixture_entry("linked")->path, "linked in");
	ck_assert_str_eq(fixture_entry("linked")->interface->description, "Is part of the program");
	ck_assert_ptr_eq(
		plugins_find_operation(plugins, "linked_operation"), fixture_entry("linked"));
	ck_assert_ptr_null(plugins_entry(plugins, 1));
}
END_TEST

START_TEST(linked_in_plugin_comes_before_a_file_of_its_name)
{
	fixture_write("plugins/linked.so", "Not even a module.\n");
	fixture_load("");
	ck_assert_ptr_nonnull(fixture_entry("linked")->interface);
	ck_assert_str_eq(fixture_entry("linked")->path, "linked in");
	ck_assert_ptr_null(plugins_entry(plugins, 1));
}
END_TEST

START_TEST(linked_in_plugin_can_be_disabled)
{
	fixture_load("plugins: {enabled: []}");
	ck_assert_ptr_null(fixture_entry("linked")->interface);
	ck_assert_str_eq(fixture_entry("linked")->operation, "linked_operation");
	ck_assert_str_eq(fixture_entry("linked")->reason,
		"disabled by plugins.enabled in the configuration");
}
END_TEST

START_TEST(linked_in_plugins_are_counted)
{
	ck_assert_ptr_nonnull(plugin_linked_file(0));
	ck_assert_ptr_null(plugin_linked_file(1));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(linked_in_plugin_is_loaded_without_a_directory),
		SUITE_TEST(linked_in_plugin_comes_before_a_file_of_its_name),
		SUITE_TEST(linked_in_plugin_can_be_disabled),
		SUITE_TEST(linked_in_plugins_are_counted),
	};

	return suite_run_fixture(
		"linked-in plugins", tests, SUITE_COUNT(tests), fixture_create, fixture_remove);
}
