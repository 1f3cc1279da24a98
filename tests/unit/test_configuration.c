/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: every key, its default and its value. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "configuration/keys.h"
#include "configuration/sections.h"
#include "configuration/value.h"
#include "configuration_fixture.h"
#include "suite.h"

/* Keys and their values */

static void write_ids(char *text, size_t size, const struct configuration_ids *ids)
{
	text[0] = '\0';
	for (size_t i = 0; i < ids->count; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s%" PRIu32, i > 0 ? " " : "",
			ids->list[i]);
}

static void write_names(char *text, size_t size)
{
	snprintf(text, size, "%s", configuration->plugins_all ? "all" : "");
	for (size_t i = 0; i < configuration->plugin_enabled_count; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s%s", i > 0 ? " " : "",
			configuration->plugins_enabled[i]);
}

/* The value of KEY as text, from the field that belongs to it. */
static const char *value_text(const struct configuration_key *key)
{
	static char text[256];
	const char *field = (const char *)configuration + key->offset;

	switch (key->type) {
	case CONFIGURATION_PATH:
		snprintf(text, sizeof(text), "%s", *(char *const *)(const void *)field);
		break;
	case CONFIGURATION_SECONDS:
	case CONFIGURATION_COUNT:
	case CONFIGURATION_ADOPT:
		snprintf(text, sizeof(text), "%u", *(const unsigned *)(const void *)field);
		break;
	case CONFIGURATION_SIZE:
		snprintf(text, sizeof(text), "%zu", *(const size_t *)(const void *)field);
		break;
	case CONFIGURATION_BOOLEAN:
		snprintf(text, sizeof(text), "%d", *(const bool *)field);
		break;
	case CONFIGURATION_LOG_LEVEL:
		snprintf(text, sizeof(text), "%s",
			log_level_name(*(const enum log_level *)(const void *)field));
		break;
	case CONFIGURATION_RESUME:
		snprintf(text, sizeof(text), "%d",
			(int)*(const enum configuration_resume *)(const void *)field);
		break;
	case CONFIGURATION_LOG_TARGETS:
		snprintf(text, sizeof(text), "%u", configuration->log.targets);
		break;
	case CONFIGURATION_USERS:
	case CONFIGURATION_GROUPS:
		write_ids(
			text, sizeof(text), (const struct configuration_ids *)(const void *)field);
		break;
	case CONFIGURATION_PLUGIN_NAMES:
		write_names(text, sizeof(text));
		break;
	}
	return text;
}

/* The field itself is named too, so that no two keys share one and none points elsewhere. */
static const struct {
	const char *section;
	const char *name;
	size_t offset;
	const char *default_value; /* NULL where the build says it */
	const char *text;
	const char *value;
} key_cases[] = {
#define FIELD(field) offsetof(struct configuration, field)
	{"daemon", "socket", FIELD(socket_path), NULL, "/tmp/a b.socket", "/tmp/a b.socket"},
	{"daemon", "pidfile", FIELD(pidfile_path), NULL, "\"/x\"", "/x"},
	{"daemon", "state_directory", FIELD(state_directory), NULL, "/s", "/s"},
	{"daemon", "idle_timeout", FIELD(idle_timeout_s), "0", "60", "60"},
	{"daemon", "resume", FIELD(resume), "0", "after_crash", "1"},
	{"lvm", "binary", FIELD(lvm_binary), NULL, "/opt/lvm", "/opt/lvm"},
	{"lvm", "max_running", FIELD(lvm_max_running), "8", "1", "1"},
	{"log", "level", FIELD(log.level), "notice", "debug", "debug"},
	{"log", "wire", FIELD(log.wire), "0", "true", "1"},
	{"log", "cmd", FIELD(log.cmd), "0", "true", "1"},
	{"log", "targets", FIELD(log.targets), "3", "[journal]", "4"},
	{"limits", "clients", FIELD(limit_clients), "256", "100000", "100000"},
	{"limits", "message_size", FIELD(limit_message_size), "1048576", "64KiB", "65536"},
	{"limits", "requests", FIELD(limit_requests), "0", "1000000", "1000000"},
	{"limits", "client_timeout", FIELD(limit_client_timeout_s), "30", "1", "1"},
	{"limits", "patience", FIELD(limit_patience_s), "60", "0", "0"},
	{"limits", "results", FIELD(limit_results), "1000", "7", "7"},
	{"limits", "results_age", FIELD(limit_results_age_s), "86400", "315360000", "315360000"},
	{"history", "path", FIELD(history_path), NULL, "/h", "/h"},
	{"history", "entries", FIELD(history_entries), "1000", "1", "1"},
	{"unattended", "adopt", FIELD(adopt), "1", "always", "2"},
	{"access", "users", FIELD(access_users), "0", "[12, root, 4294967294]", "12 0 4294967294"},
	{"access", "groups", FIELD(access_groups), "", "[5]", "5"},
	{"access", "steer_users", FIELD(access_steer_users), "", "[7, root]", "7 0"},
	{"access", "steer_groups", FIELD(access_steer_groups), "", "[8]", "8"},
	{"plugins", "directory", FIELD(plugin_directory), NULL, "/p", "/p"},
	{"plugins", "enabled", FIELD(plugins_enabled), "all", "[pvmove, thin_merge]",
		"pvmove thin_merge"},
#undef FIELD
};

static const char *default_value(const struct configuration_key *key, int i)
{
	return key_cases[i].default_value ? key_cases[i].default_value : key->default_text;
}

START_TEST(each_key_has_its_default)
{
	const struct configuration_key *key = configuration_key((size_t)_i);

	ck_assert_str_eq(key->section, key_cases[_i].section);
	ck_assert_str_eq(key->name, key_cases[_i].name);
	ck_assert_uint_eq(key->offset, key_cases[_i].offset);
	if (!key->default_text)
		ck_assert_ptr_null(*(char **)(void *)((char *)configuration + key->offset));
	else
		ck_assert_str_eq(value_text(key), default_value(key, _i));
}
END_TEST

START_TEST(each_key_is_read)
{
	const struct configuration_key *key = configuration_key((size_t)_i);
	char text[256];

	snprintf(
		text, sizeof(text), "%s:\n  %s: %s\n", key->section, key->name, key_cases[_i].text);
	ck_read(text);
	ck_assert_str_eq(value_text(key), key_cases[_i].value);
}
END_TEST

START_TEST(each_default_can_be_written)
{
	const struct configuration_key *key = configuration_key((size_t)_i);
	char text[256];

	if (!key->default_text)
		return;
	snprintf(text, sizeof(text), "%s: {%s: %s}", key->section, key->name, key_cases[_i].text);
	ck_read(text);
	snprintf(text, sizeof(text), "%s: {%s: %s}", key->section, key->name, key->default_text);
	ck_read(text);
	ck_assert_str_eq(value_text(key), default_value(key, _i));
}
END_TEST

START_TEST(no_key_is_left_untested)
{
	ck_assert_ptr_null(configuration_key(SUITE_COUNT(key_cases)));
	for (size_t i = 0; i < SUITE_COUNT(key_cases); i++) {
		const struct configuration_key *key = configuration_key(i);

		ck_assert_ptr_eq(configuration_find_key(key->section, key->name), key);
		ck_assert_ptr_nonnull(configuration_type_name(key->type));
		ck_assert(strchr(key->description, '.'));
	}
}
END_TEST

START_TEST(values_have_more_than_one_spelling)
{
	ck_read("log: {level: fatal, targets: [stderr, journal, stderr]}");
	ck_assert_int_eq(configuration->log.level, LOG_LEVEL_FATAL);
	ck_assert_uint_eq(configuration->log.targets, LOG_TARGET_STDERR | LOG_TARGET_JOURNAL);
	ck_read("limits: {message_size: 16 MiB}\nlog: {targets: []}");
	ck_assert_uint_eq(configuration->limit_message_size, (size_t)16 << 20);
	ck_assert_uint_eq(configuration->log.targets, 0);
	ck_read("limits: {message_size: 1024}\nlvm: {max_running: '12'}");
	ck_assert_uint_eq(configuration->limit_message_size, 1024);
	ck_assert_uint_eq(configuration->lvm_max_running, 12);
	ck_read("daemon: {resume: never}");
	ck_assert_int_eq(configuration->resume, CONFIGURATION_RESUME_NEVER);
	ck_read("unattended: {adopt: never}");
	ck_assert_int_eq(configuration->adopt, CONFIGURATION_ADOPT_NEVER);
	ck_read("unattended: {adopt: report}");
	ck_assert_int_eq(configuration->adopt, CONFIGURATION_ADOPT_REPORT);
	ck_read("daemon: {resume: 'always'}");
	ck_assert_int_eq(configuration->resume, CONFIGURATION_RESUME_ALWAYS);
	ck_read("plugins: {enabled: []}");
	ck_assert(!configuration->plugins_all);
	ck_read("plugins: {enabled: all}");
	ck_assert(configuration->plugins_all);
	ck_assert_uint_eq(configuration->plugin_enabled_count, 0);
	ck_read("plugins: {enabled: [all, pvmove]}");
	ck_assert(configuration->plugins_all);
	ck_assert_uint_eq(configuration->plugin_enabled_count, 1);
	ck_assert_str_eq(configuration->plugins_enabled[0], "pvmove");
}
END_TEST

START_TEST(empty_files_and_sections_change_nothing)
{
	static const char *const texts[] = {"", "\n\n", "# only a comment\n", "---\n...\n",
		"daemon:\nlog: ~\nplugins: null\n", "{}", "\xef\xbb\xbflog: {}\n",
		"plugins: {pvmove: }"};

	for (size_t i = 0; i < SUITE_COUNT(texts); i++)
		ck_read(texts[i]);
	for (size_t i = 0; i < SUITE_COUNT(key_cases); i++) {
		const struct configuration_key *key = configuration_key(i);

		if (key->default_text)
			ck_assert_str_eq(value_text(key), default_value(key, (int)i));
	}
}
END_TEST

START_TEST(aliases_are_followed)
{
	ck_read("limits: {results: &n 5, clients: *n}");
	ck_assert_uint_eq(configuration->limit_clients, 5);
}
END_TEST

START_TEST(sections_of_plugins_are_kept_with_their_place)
{
	const struct configuration_plugin *plugin;

	ck_read("plugins:\n  pvmove:\n    monitor: kernel\n    stall_check: \"60\"\n");
	ck_read("\nplugins:\n  convert: {}\n  pvmove: {monitor: \"\"}\n");
	ck_assert_uint_eq(configuration->plugin_count, 2);
	ck_assert_ptr_null(configuration_find_plugin(configuration, "merge"));
	ck_assert_ptr_nonnull(configuration_find_plugin(configuration, "convert"));
	plugin = configuration_find_plugin(configuration, "pvmove");
	ck_assert_uint_eq(plugin->value_count, 2);
	ck_assert_str_eq(plugin->values[0].key, "monitor");
	ck_assert_str_eq(plugin->values[0].text, "");
	ck_assert_str_eq(plugin->values[0].position.file, "FILE");
	ck_assert_uint_eq(plugin->values[0].position.line, 4);
	ck_assert_uint_eq(plugin->values[0].position.column, 21);
	ck_assert_str_eq(plugin->values[1].text, "60");
	ck_assert_uint_eq(plugin->values[1].position.line, 4);
	ck_assert_uint_eq(plugin->position.line, 2);
	ck_assert_uint_eq(plugin->position.column, 3);
}
END_TEST

START_TEST(state_directory_follows_the_socket)
{
	static const char *const paths[][2] = {
		{"/run/lvm/lvmpolld.socket", "/run/lvm/lvmpolld.state"},
		{"/tmp/socket", "/tmp/socket.state"},
		{"/a.socket.b", "/a.socket.b.state"},
	};

	for (size_t i = 0; i < SUITE_COUNT(paths); i++) {
		free(configuration->state_directory);
		configuration->state_directory = NULL;
		ck_assert_int_eq(configuration_set_text(
					 configuration, "daemon", "socket", paths[i][0], &error),
			0);
		ck_assert_int_eq(configuration_resolve(configuration), 0);
		ck_assert_str_eq(configuration->state_directory, paths[i][1]);
	}
	ck_read("daemon: {state_directory: /mine}");
	ck_assert_int_eq(configuration_resolve(configuration), 0);
	ck_assert_str_eq(configuration->state_directory, "/mine");
}
END_TEST

START_TEST(options_are_checked_like_keys)
{
	ck_assert_int_eq(
		configuration_set_text(configuration, "lvm", "binary", "lvm", &error), -EINVAL);
	ck_assert_str_eq(error.sentence, "\"lvm\" is not an absolute path, one that begins with "
					 "\"/\" and goes on");
	ck_assert_int_eq(
		configuration_set_text(configuration, "lvm", "path", "/lvm", &error), -EINVAL);
	ck_assert_str_eq(error.sentence, "there is no key lvm.path");
}
END_TEST

START_TEST(plugin_values_are_parsed_by_type)
{
	struct lvmpolld_value value;

	ck_assert_int_eq(configuration_parse_value("any", LVMPOLLD_STRING, &value, &error), 0);
	ck_assert_str_eq(value.string, "any");
	ck_assert_int_eq(configuration_parse_value("true", LVMPOLLD_BOOLEAN, &value, &error), 0);
	ck_assert(value.boolean);
	ck_assert_int_eq(
		configuration_parse_value("18446744073709551615", LVMPOLLD_COUNT, &value, &error),
		0);
	ck_assert_uint_eq(value.number, UINT64_MAX);
	ck_assert_int_eq(
		configuration_parse_value("18446744073709551616", LVMPOLLD_COUNT, &value, &error),
		-EINVAL);
	ck_assert_int_eq(configuration_parse_value("3KiB", LVMPOLLD_SIZE, &value, &error), 0);
	ck_assert_uint_eq(value.number, 3072);
	ck_assert_uint_eq(value.struct_size, sizeof(value));
	ck_assert_int_eq(
		configuration_parse_value("3KiB", LVMPOLLD_SECONDS, &value, &error), -EINVAL);
	ck_assert_int_eq(
		configuration_parse_value("3", (enum lvmpolld_type)77, &value, &error), -EINVAL);
	ck_assert_str_eq(error.sentence, "type 77 of the key is unknown to this daemon");
}
END_TEST

START_TEST(nearest_name_is_near)
{
	static const char *const names[] = {"socket", "pidfile", "idle_timeout", NULL};
	static const char *const cases[][2] = {{"scoket", "socket"}, {"sockets", "socket"},
		{"pid_file", "pidfile"}, {"timeout_idle", NULL}, {"x", NULL}, {"", NULL},
		{"idletimeout", "idle_timeout"}, {"Socket", "socket"}, {"socketsocket", NULL}};
	char longest[100];

	for (size_t i = 0; i < SUITE_COUNT(cases); i++) {
		const char *found = configuration_nearest_name(cases[i][0], names);

		if (!cases[i][1])
			ck_assert_ptr_null(found);
		else
			ck_assert_str_eq(found, cases[i][1]);
	}
	memset(longest, 's', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_ptr_null(configuration_nearest_name(longest, names));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(each_key_has_its_default, SUITE_COUNT(key_cases)),
		SUITE_LOOP(each_key_is_read, SUITE_COUNT(key_cases)),
		SUITE_LOOP(each_default_can_be_written, SUITE_COUNT(key_cases)),
		SUITE_TEST(no_key_is_left_untested),
		SUITE_TEST(values_have_more_than_one_spelling),
		SUITE_TEST(empty_files_and_sections_change_nothing),
		SUITE_TEST(aliases_are_followed),
		SUITE_TEST(sections_of_plugins_are_kept_with_their_place),
		SUITE_TEST(state_directory_follows_the_socket),
		SUITE_TEST(options_are_checked_like_keys),
		SUITE_TEST(plugin_values_are_parsed_by_type),
		SUITE_TEST(nearest_name_is_near),
	};

	return suite_run_fixture("configuration", tests, SUITE_COUNT(tests), set_up, tear_down);
}
