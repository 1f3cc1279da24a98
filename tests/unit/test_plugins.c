/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which modules are loaded, which are not, and what the log says. */
#include "config.h"

#include <string.h>

#include "loader/load.h"
#include "plugin_fixture.h"
#include "suite.h"

char good_told[512];

START_TEST(everything_in_the_directory_is_loaded_sorted_by_name)
{
	const struct plugin_entry *entry;

	fixture_add("plain");
	fixture_add("good");
	fixture_write("plugins/README", "No module.\n");
	fixture_write("plugins/.hidden.so", "No module.\n");
	fixture_load("");

	entry = plugins_entry(plugins, 0);
	ck_assert_str_eq(entry->name, "good");
	ck_assert_str_eq(entry->operation, "good-operation");
	ck_assert_str_eq(entry->path, scratch_path("plugins/good.so"));
	ck_assert_ptr_null(entry->reason);
	ck_assert(entry->enabled);
	ck_assert_str_eq(entry->interface->description, "Does well");
	ck_assert_uint_eq(entry->interface->struct_size, sizeof(struct lvmpolld_plugin));
	ck_assert(entry->interface->supports_abort);
	ck_assert_int_eq(entry->monitor, PLUGIN_MONITOR_KERNEL);
	ck_assert_uint_eq(entry->stall_check_s, 900);

	ck_assert_str_eq(plugins_entry(plugins, 1)->name, "plain");
	ck_assert_ptr_null(plugins_entry(plugins, 2));
	ck_assert_ptr_eq(plugins_find_operation(plugins, "good-operation"), entry);
	ck_assert_ptr_null(plugins_find_operation(plugins, "good"));
	ck_assert_int_eq(plugins_check(plugins, &fixture_error), 0);
}
END_TEST

START_TEST(only_what_the_configuration_enables_is_loaded)
{
	char reason[512];

	fixture_add("plain");
	fixture_add("good");
	fixture_load("plugins: {enabled: [plain]}");

	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_ptr_null(fixture_entry("good")->interface);
	ck_assert(!fixture_entry("good")->enabled);
	ck_assert_str_eq(fixture_entry("good")->operation, "good-operation");
	ck_assert_str_eq(
		fixture_entry("good")->reason, "disabled by plugins.enabled in the configuration");
	ck_assert_str_eq(good_told, "");
	ck_assert_ptr_null(plugins_find_operation(plugins, "good-operation"));
	ck_assert(plugins_explain_missing(plugins, "good-operation", reason, sizeof(reason)));
	ck_assert_str_eq(reason,
		"plugin good is not loaded: disabled by plugins.enabled in the configuration");
	ck_assert_int_eq(plugins_check(plugins, &fixture_error), 0);
}
END_TEST

START_TEST(one_that_must_be_named_is_not_among_all)
{
	fixture_add("named");
	fixture_add("plain");
	fixture_load("");
	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_ptr_null(fixture_entry("named")->interface);
	ck_assert(!fixture_entry("named")->enabled);
	ck_assert_str_eq(fixture_entry("named")->operation, "named_operation");
	ck_assert_str_eq(fixture_entry("named")->reason,
		"plugins.enabled in the configuration does not name it: \"all\" is not enough");
	ck_assert_int_eq(plugins_check(plugins, &fixture_error), 0);
}
END_TEST

static const char *const namings[] = {"[named, all]", "[all, named]", "[named, plain]"};

START_TEST(one_that_must_be_named_is_loaded_where_it_is)
{
	char text[256];

	fixture_add("named");
	fixture_add("plain");
	snprintf(text, sizeof(text), "plugins: {enabled: %s}", namings[_i]);
	fixture_load(text);
	ck_assert_ptr_nonnull(fixture_entry("named")->interface);
	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_ptr_null(plugins_entry(plugins, 2));
}
END_TEST

START_TEST(enabled_module_that_is_missing_is_an_entry)
{
	char reason[512];

	fixture_add("plain");
	fixture_load("plugins: {enabled: [thin_merge, plain]}");

	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_ptr_null(fixture_entry("thin_merge")->interface);
	ck_assert(fixture_entry("thin_merge")->enabled);
	ck_assert_ptr_null(fixture_entry("thin_merge")->operation);
	ck_assert_str_eq(fixture_entry("thin_merge")->path, scratch_path("plugins"));
	ck_assert_ptr_nonnull(strstr(fixture_entry("thin_merge")->reason, "no thin_merge.so"));

	/* Its operation is not known, but its name has the same words. */
	ck_assert(plugins_explain_missing(plugins, "thin_merge", reason, sizeof(reason)));
	ck_assert(plugins_explain_missing(plugins, "merge_thin", reason, sizeof(reason)));
	ck_assert_ptr_nonnull(strstr(reason, "plugin thin_merge is not loaded: there is no"));
	ck_assert(!plugins_explain_missing(plugins, "merge", reason, sizeof(reason)));
	ck_assert(!plugins_explain_missing(plugins, "merge_thick", reason, sizeof(reason)));
	ck_assert(!plugins_explain_missing(plugins, "", reason, sizeof(reason)));

	ck_assert_int_lt(plugins_check(plugins, &fixture_error), 0);
	ck_assert_str_eq(fixture_error.sentence, "1 of 2 enabled plugins cannot be used");
}
END_TEST

/* Modules that cannot be used, and what is said about each. */
static const struct {
	const char *name;
	const char *operation; /* where it could be read */
	const char *reason;    /* a part of it */
} bad_modules[] = {
	{"no_symbol", NULL, "it has no symbol no_symbol_LTX_lvmpolld_plugin: export it"},
	{"returns_null", NULL, "its returns_null_LTX_lvmpolld_plugin returned NULL"},
	{"too_new", NULL, "version 2 of the plugin interface, newer than version 1"},
	{"too_small", NULL, "but name, operation and description need at least"},
	{"other_name", NULL, "its name is \"good\", but the module is called \"other_name\""},
	{"reserved", "hello", "\"hello\" is a request of the daemon's own"},
	{"taken", "good-operation", "\"good-operation\" is that of plugin good"},
	{"refuses", "refuses_operation",
		"plugins.refuses.mood: the plugin refuses the value \"bad\""},
	{"undefined", NULL, "lvmpolld_function_of_the_future"},
};

START_TEST(bad_module_is_refused_with_a_reason_and_the_others_go_on)
{
	const struct plugin_entry *entry;

	fixture_add("good");
	fixture_add("plain");
	fixture_add(bad_modules[_i].name);
	fixture_load("");

	ck_assert_ptr_nonnull(fixture_entry("good")->interface);
	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	entry = fixture_entry(bad_modules[_i].name);
	ck_assert_ptr_null(entry->interface);
	ck_assert_msg(strstr(entry->reason, bad_modules[_i].reason), "%s", entry->reason);
	ck_assert_pstr_eq(entry->operation, bad_modules[_i].operation);
}
END_TEST

START_TEST(file_that_is_no_module_is_refused)
{
	char reason[512];

	fixture_write("plugins/text.so", "This is no module.\n");
	fixture_write("plugins/libtool.la", "This is no description of one.\n");
	ck_assert_int_eq(symlink("/nowhere", scratch_path("plugins/dangling.so")), 0);
	ck_assert_int_eq(mkdir(scratch_path("plugins/folder.so"), 0755), 0);
	fixture_load("");

	ck_assert_ptr_nonnull(strstr(fixture_entry("text")->reason, "it cannot be loaded: "));
	ck_assert_ptr_nonnull(strstr(fixture_entry("libtool")->reason, "it cannot be loaded: "));
	ck_assert_ptr_nonnull(strstr(fixture_entry("dangling")->reason, "No such file"));
	ck_assert_ptr_nonnull(strstr(fixture_entry("folder")->reason, "it cannot be loaded: "));
	ck_assert(plugins_explain_missing(plugins, "text", reason, sizeof(reason)));
}
END_TEST

START_TEST(module_is_found_as_in_a_build_tree)
{
	char built[PATH_MAX];

	/* There it lies in a folder of its own, with a file for libtool. */
	ck_assert_ptr_nonnull(realpath("modules/plain.la", built));
	ck_assert_int_eq(mkdir(scratch_path("plugins/plain"), 0755), 0);
	ck_assert_int_eq(mkdir(scratch_path("plugins/common"), 0755), 0);
	ck_assert_int_eq(symlink(built, scratch_path("plugins/plain/plain.la")), 0);
	ck_assert_ptr_nonnull(realpath("modules/.libs", built));
	ck_assert_int_eq(symlink(built, scratch_path("plugins/plain/.libs")), 0);
	fixture_load("");

	ck_assert_ptr_nonnull(fixture_entry("plain")->interface);
	ck_assert_str_eq(fixture_entry("plain")->path, scratch_path("plugins/plain/plain.la"));
	ck_assert_ptr_null(plugins_entry(plugins, 1));
}
END_TEST

START_TEST(plugin_from_the_past_gets_nothing_for_what_it_does_not_have)
{
	const struct lvmpolld_plugin *plugin;

	fixture_add("past");
	fixture_load("");

	plugin = fixture_entry("past")->interface;
	ck_assert_ptr_nonnull(plugin);
	ck_assert_str_eq(plugin->description, "Comes from the past");
	ck_assert_ptr_null(plugin->keys);
	ck_assert_ptr_null(plugin->progress_label);
	ck_assert_ptr_null(plugin->layer);
	ck_assert_ptr_null(plugin->version);
	ck_assert(!plugin->supports_abort);
	ck_assert(!plugin->configure && !plugin->unload);
	ck_assert(!plugin->build_arguments && !plugin->read_line);
	ck_assert(!plugin->read_targets && !plugin->read_exit);
}
END_TEST

START_TEST(plugin_from_the_future_is_used_as_far_as_we_know)
{
	fixture_add("future");
	fixture_load("");

	ck_assert_ptr_nonnull(fixture_entry("future")->interface);
	ck_assert_str_eq(fixture_entry("future")->interface->progress_label, "Dreamt");
	ck_assert_uint_eq(
		fixture_entry("future")->interface->struct_size, sizeof(struct lvmpolld_plugin));
}
END_TEST

START_TEST(directory_that_is_missing_leaves_no_plugins)
{
	ck_assert_int_eq(rmdir(scratch_path("plugins")), 0);
	fixture_load("");
	ck_assert_ptr_null(plugins_entry(plugins, 0));
	ck_assert_ptr_null(plugins_find_operation(plugins, "pvmove"));
}
END_TEST

START_TEST(unloading_tells_the_plugin)
{
	fixture_add("good");
	fixture_load("");
	good_told[0] = '\0';
	plugins_unload(plugins);
	plugins = NULL;
	ck_assert_str_eq(good_told, "unload;");
}
END_TEST

START_TEST(plugins_can_be_loaded_again)
{
	fixture_add("good");
	fixture_load("");
	plugins_unload(plugins);
	configuration_free(configuration);
	fixture_load("");
	ck_assert_ptr_nonnull(fixture_entry("good")->interface);
}
END_TEST

/* The text that plugins_print writes. */
static char *printed(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(stream);
	plugins_print(plugins, stream);
	ck_assert_int_eq(fclose(stream), 0);
	return text;
}

START_TEST(list_is_an_aligned_table)
{
	char expected[1024], *text;
	int width = (int)strlen(scratch_path("plugins/plain.so"));

	fixture_add("good");
	fixture_add("plain");
	fixture_load("plugins: {enabled: [good, nix]}");
	text = printed();
	snprintf(expected, sizeof(expected),
		"NAME   OPERATION        STATUS      VERSION  %-*s  DESCRIPTION\n"
		"good   good-operation   loaded      1.2      %-*s  Does well\n"
		"nix    -                not loaded  -        %-*s  there is no nix.so: install "
		"it, or take it out of plugins.enabled\n"
		"plain  plain_operation  not loaded  -        %-*s  disabled by plugins.enabled in "
		"the configuration\n",
		width, "FROM", width, scratch_path("plugins/good.so"), width,
		scratch_path("plugins"), width, scratch_path("plugins/plain.so"));
	ck_assert_str_eq(text, expected);
	free(text);
}
END_TEST

START_TEST(refusal_is_logged_with_name_path_and_reason)
{
	char line[1024] = "";
	FILE *log;

	fixture_add("too_new");
	ck_assert_ptr_nonnull(freopen(scratch_path("log"), "w+", stderr));
	fixture_load("");
	fflush(stderr);
	log = fopen(scratch_path("log"), "r");
	ck_assert_ptr_nonnull(log);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), log));
	ck_assert_ptr_nonnull(strstr(line, "plugin too_new ("));
	ck_assert_ptr_nonnull(strstr(line, "/plugins/too_new.so) is not loaded: "));
	ck_assert_ptr_nonnull(strstr(line, fixture_entry("too_new")->reason));
	ck_assert_ptr_null(fgets(line, sizeof(line), log));
	fclose(log);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(everything_in_the_directory_is_loaded_sorted_by_name),
		SUITE_TEST(only_what_the_configuration_enables_is_loaded),
		SUITE_TEST(one_that_must_be_named_is_not_among_all),
		SUITE_LOOP(one_that_must_be_named_is_loaded_where_it_is, SUITE_COUNT(namings)),
		SUITE_TEST(enabled_module_that_is_missing_is_an_entry),
		SUITE_LOOP(bad_module_is_refused_with_a_reason_and_the_others_go_on,
			SUITE_COUNT(bad_modules)),
		SUITE_TEST(file_that_is_no_module_is_refused),
		SUITE_TEST(module_is_found_as_in_a_build_tree),
		SUITE_TEST(plugin_from_the_past_gets_nothing_for_what_it_does_not_have),
		SUITE_TEST(plugin_from_the_future_is_used_as_far_as_we_know),
		SUITE_TEST(directory_that_is_missing_leaves_no_plugins),
		SUITE_TEST(unloading_tells_the_plugin),
		SUITE_TEST(plugins_can_be_loaded_again),
		SUITE_TEST(list_is_an_aligned_table),
		SUITE_TEST(refusal_is_logged_with_name_path_and_reason),
	};

	return suite_run_fixture(
		"plugins", tests, SUITE_COUNT(tests), fixture_create, fixture_remove);
}
