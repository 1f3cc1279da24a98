/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: every error, with its place and its sentence. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "configuration/parse.h"
#include "configuration_fixture.h"
#include "suite.h"

#define NAMES_OF_SECTIONS "daemon, lvm, log, limits, history, unattended, access, plugins"

static const struct {
	const char *text;
	const char *sentence;
} error_cases[] = {
	/* Names */
	{"log:\n  level: info\ndeamon:\n  socket: /x\n",
		"FILE:3:1: unknown section \"deamon\"; did you mean \"daemon\"?"},
	{"zzz: 1", "FILE:1:1: unknown section \"zzz\"; known are " NAMES_OF_SECTIONS},
	{"\"\": 1", "FILE:1:1: unknown section \"\"; known are " NAMES_OF_SECTIONS},
	{"daemon:\n  socket: /x\n  idel_timeout: 5\n",
		"FILE:3:3: daemon: unknown key \"idel_timeout\"; did you mean \"idle_timeout\"?"},
	{"lvm: {path: /x}", "FILE:1:7: lvm: unknown key \"path\"; known are binary, max_running"},
	{"plugins: {enable: all}",
		"FILE:1:11: plugins: unknown key \"enable\"; did you mean \"enabled\"?"},
	{"<<: {log: {}}", "FILE:1:1: unknown section \"<<\"; known are " NAMES_OF_SECTIONS},
	{"log: {level: info}\nlvm: {}\nlog: {}",
		"FILE:3:1: key \"log\" stands here again, after line 1; keep one of the two"},
	{"log:\n  wire: true\n  wire: true\n",
		"FILE:3:3: key \"wire\" stands here again, after line 2; keep one of the two"},
	{"[log]: {}", "FILE:1:1: a list is no key: a key is a single word"},
	{"{a: b}: {}", "FILE:1:1: a mapping is no key: a key is a single word"},
	{"\"a\\0b\": {}",
		"FILE:1:1: a text with a NUL character is no key: a key is a single word"},
	/* Kinds of nodes */
	{"- daemon", "FILE:1:1: a list stands here, where sections such as \"daemon:\" belong"},
	{"daemon",
		"FILE:1:1: a single value stands here, where sections such as \"daemon:\" belong"},
	{"log: debug",
		"FILE:1:6: log: a single value stands here, where the keys of the section belong"},
	{"log: [debug]", "FILE:1:6: log: a list stands here, where the keys of the section belong"},
	{"log: {level: [info]}",
		"FILE:1:14: log.level: a single value (log level) belongs here, and not a list"},
	{"log: {level: {info: 1}}",
		"FILE:1:14: log.level: a mapping stands here, where a value (log level) belongs"},
	{"log: {targets: stderr}", "FILE:1:16: log.targets: \"stderr\" is a single value, where a "
				   "list such as [stderr, syslog] belongs"},
	{"access: {users: root}", "FILE:1:17: access.users: \"root\" is a single value, where a "
				  "list such as [root] belongs"},
	{"access: {steer_users: root}", "FILE:1:23: access.steer_users: \"root\" is a single "
					"value, where a list such as [root] belongs"},
	{"access: {groups: 6}", "FILE:1:18: access.groups: \"6\" is a single value, where a list "
				"such as [disk] belongs"},
	{"log: {targets: [stderr, [syslog]]}",
		"FILE:1:25: log.targets: a list stands in the list, where a single value belongs"},
	{"log: {targets: &a [*a]}",
		"FILE:1:16: log.targets: a list stands in the list, where a single value belongs"},
	{"log: &a {level: *a}",
		"FILE:1:6: log.level: a mapping stands here, where a value (log level) belongs"},
	{"log:\n  targets:\n    - stderr\n    -\n",
		"FILE:4:6: log.targets: there is no value; write one, or leave the key out for its "
		"default"},
	{"daemon:\n  socket:\n  pidfile: /x\n",
		"FILE:2:10: daemon.socket: there is no value; write one, or leave the key out for "
		"its default"},
	{"daemon: {socket: \"/a\\0b\"}",
		"FILE:1:18: daemon.socket: there is a NUL character in the value"},
	/* Values */
	{"daemon: {socket: run/x}", "FILE:1:18: daemon.socket: \"run/x\" is not an absolute path, "
				    "one that begins with \"/\" and goes on"},
	{"daemon: {socket: \"\"}", "FILE:1:18: daemon.socket: \"\" is not an absolute path, one "
				   "that begins with \"/\" and goes on"},
	{"daemon: {pidfile: /}", "FILE:1:19: daemon.pidfile: \"/\" is not an absolute path, one "
				 "that begins with \"/\" and goes on"},
	{"daemon: {state_directory: \"/a\\nb\"}",
		"FILE:1:27: daemon.state_directory: \"/a\nb\" has a control character in it"},
	{"daemon: {idle_timeout: never}", "FILE:1:24: daemon.idle_timeout: \"never\" is not a "
					  "whole number of seconds, 0 or more"},
	{"daemon: {idle_timeout: -1}", "FILE:1:24: daemon.idle_timeout: \"-1\" is not a whole "
				       "number of seconds, 0 or more"},
	{"daemon: {idle_timeout: 1.5}", "FILE:1:24: daemon.idle_timeout: \"1.5\" is not a whole "
					"number of seconds, 0 or more"},
	{"daemon: {idle_timeout: 315360001}",
		"FILE:1:24: daemon.idle_timeout: \"315360001\" is out of range: from 0 to "
		"315360000 seconds"},
	{"daemon: {idle_timeout: 99999999999999999999}",
		"FILE:1:24: daemon.idle_timeout: \"99999999999999999999\" is too large a number"},
	{"unattended: {adopt: sometimes}", "FILE:1:21: unattended.adopt: \"sometimes\" is none of "
					   "never, report and always"},
	{"daemon: {resume: sometimes}", "FILE:1:18: daemon.resume: \"sometimes\" is none of "
					"always, after_crash and never"},
	{"daemon: {resume: [never]}", "FILE:1:18: daemon.resume: a single value (always, "
				      "after_crash or never) belongs here, and not a list"},
	{"lvm: {max_running: 0}",
		"FILE:1:20: lvm.max_running: \"0\" is out of range: from 1 to 1024"},
	{"lvm: {max_running: 0x10}",
		"FILE:1:20: lvm.max_running: \"0x10\" is not a whole number, 0 or more"},
	{"limits: {results: 1000001}",
		"FILE:1:19: limits.results: \"1000001\" is out of range: from 1 to 1000000"},
	{"limits: {message_size: 1MB}", "FILE:1:24: limits.message_size: \"1MB\" is not a size: a "
					"number of bytes, or one with KiB, MiB or GiB behind it"},
	{"limits: {message_size: KiB}", "FILE:1:24: limits.message_size: \"KiB\" is not a size: a "
					"number of bytes, or one with KiB, MiB or GiB behind it"},
	{"limits: {message_size: 100}", "FILE:1:24: limits.message_size: \"100\" is out of range: "
					"from 1024 to 16777216 bytes"},
	{"limits: {message_size: 16777217}",
		"FILE:1:24: limits.message_size: \"16777217\" is out of range: from 1024 to "
		"16777216 bytes"},
	{"limits: {message_size: 99999999999GiB}",
		"FILE:1:24: limits.message_size: \"99999999999GiB\" is too large a size"},
	{"limits: {message_size: 99999999999999999999GiB}",
		"FILE:1:24: limits.message_size: \"99999999999999999999GiB\" is too large a size"},
	{"log: {wire: yes}", "FILE:1:13: log.wire: \"yes\" is neither true nor false"},
	{"log: {level: loud}", "FILE:1:14: log.level: \"loud\" is not a log level: fatal, error, "
			       "warn, notice, info or debug"},
	{"log: {targets: [stderr, console]}",
		"FILE:1:25: log.targets: \"console\" is not a target: stderr, syslog or journal"},
	{"access: {users: [root, nobody of that name]}",
		"FILE:1:24: access.users: there is no user \"nobody of that name\" here; write the "
		"name or number of one that exists"},
	{"access: {steer_users: [nobody of that name]}",
		"FILE:1:24: access.steer_users: there is no user \"nobody of that name\" here; "
		"write the name or number of one that exists"},
	{"access: {steer_groups: [nobodies of that name]}",
		"FILE:1:25: access.steer_groups: there is no group \"nobodies of that name\" here; "
		"write the name or number of one that exists"},
	{"access: {users: [4294967295]}", "FILE:1:18: access.users: user id 4294967295 is out of "
					  "range: from 0 to 4294967294"},
	{"access: {groups: [nobodies of that name]}",
		"FILE:1:19: access.groups: there is no group \"nobodies of that name\" here; write "
		"the name or number of one that exists"},
	{"access: {groups: [99999999999999999999]}",
		"FILE:1:19: access.groups: group id 99999999999999999999 is out of range: from 0 "
		"to 4294967294"},
	{"plugins: {enabled: pvmove}", "FILE:1:20: plugins.enabled: \"pvmove\" is neither \"all\" "
				       "nor a list of plugins such as [pvmove, convert]"},
	{"plugins: {enabled: [pv/move]}", "FILE:1:21: plugins.enabled: \"pv/move\" is not a name "
					  "here: letters, digits and \"_\""},
	/* Sections of plugins */
	{"plugins: {pvmove: 1}", "FILE:1:11: plugins: unknown key \"pvmove\"; known are "
				 "directory, enabled"},
	{"plugins: {pv-move: {}}",
		"FILE:1:11: plugins: \"pv-move\" is not a name here: letters, digits and \"_\""},
	{"plugins: {pvmove: {a b: 1}}", "FILE:1:20: plugins.pvmove: \"a b\" is not a name here: "
					"letters, digits and \"_\""},
	{"plugins:\n  pvmove:\n    monitor: [kernel]\n",
		"FILE:3:14: plugins.pvmove.monitor: a list stands here, where a single value "
		"belongs"},
	{"plugins: {pvmove: {monitor: }}",
		"FILE:1:29: plugins.pvmove.monitor: there is no value; write one, or leave the key "
		"out for its default"},
	{"plugins: {pvmove: {monitor: 1, monitor: 2}}",
		"FILE:1:32: key \"monitor\" stands here again, after line 1; keep one of the two"},
	/* What is no YAML */
	{"log:\n\tlevel: info\n",
		"FILE:2:1: this is not YAML: found character that cannot start any token while "
		"scanning for the next token; indent with blanks, not with tabs"},
	{"log: {level: info\nlvm: {}\n",
		"FILE:2:4: this is not YAML: did not find expected ',' or '}' while parsing a flow "
		"mapping"},
	{"log: *nowhere", "FILE:1:6: this is not YAML: found undefined alias"},
	{"log: {}\n---\nlvm: {}\n",
		"FILE:2:1: a second YAML document begins here; put all into one"},
	{"log: {}\n---\n", "FILE:2:1: a second YAML document begins here; put all into one"},
	{"log: {}\n...\n]\n", "FILE:3:1: this is not YAML: did not find expected <document start>"},
	{"log:\n  level: \xff\n", "FILE:2:10: byte 0xff: invalid leading UTF-8 octet; the file "
				  "must be text in UTF-8"},
	{"log: \x01", "FILE:1:6: byte 0x01: control characters are not allowed; the file must be "
		      "text in UTF-8"},
};

START_TEST(each_error_says_where_and_what)
{
	ck_assert_int_eq(read_text(error_cases[_i].text), -EINVAL);
	ck_assert_int_eq(error.code, EINVAL);
	ck_assert_str_eq(error.sentence, error_cases[_i].sentence);
}
END_TEST

START_TEST(nul_byte_is_an_error)
{
	static const char text[] = "log: {}\n\0lvm: {}\n";

	ck_assert_int_eq(
		configuration_read_text(configuration, "FILE", text, sizeof(text) - 1, &error),
		-EINVAL);
	ck_assert_str_eq(error.sentence, "FILE:2:1: byte 0x00: control characters are not allowed; "
					 "the file must be text in UTF-8");
}
END_TEST

START_TEST(long_path_is_an_error)
{
	char text[256];

	snprintf(text, sizeof(text), "daemon: {socket: /%0107d}", 0);
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert_str_eq(error.sentence, "FILE:1:18: daemon.socket: the path has 108 bytes, and at "
					 "most 107 are possible here");
	snprintf(text, sizeof(text), "daemon: {socket: /%0106d}", 0);
	ck_read(text);
}
END_TEST

/* Deep nesting and many items are answered, and soon. */
START_TEST(huge_texts_are_refused)
{
	static char text[300000];

	memset(text, '[', sizeof(text) - 1);
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert_str_eq(
		error.sentence, "FILE:1: more than 1000 brackets are open here; three would do");
	for (size_t i = 0; i < sizeof(text) - 2; i += 2)
		memcpy(text + i, "- ", 3);
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert_str_eq(error.sentence,
		"FILE:1:1: a list stands here, where sections such as \"daemon:\" belong");
	strcpy(text, "log: {targets: [");
	for (int i = 0; i < 1001; i++)
		strcat(text, "stderr,");
	strcat(text, "]}");
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert_str_eq(
		error.sentence, "FILE:1:17: log.targets: the list has more than 1000 items");
	strcpy(text, "plugins:\n  pvmove:\n");
	for (int i = 0; i < 1001; i++)
		sprintf(text + strlen(text), "    key%d: 1\n", i);
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert_str_eq(error.sentence, "FILE:3:5: more than 1000 keys stand here");
}
END_TEST

START_TEST(refused_value_leaves_the_former_one)
{
	ck_read("daemon: {socket: /one}\naccess: {users: [7]}\nplugins: {enabled: [pvmove]}");
	ck_assert_int_lt(read_text("daemon: {socket: two}"), 0);
	ck_assert_int_lt(read_text("access: {users: [8, no such user]}"), 0);
	ck_assert_int_lt(read_text("plugins: {enabled: [convert, \"\"]}"), 0);
	ck_assert_str_eq(configuration->socket_path, "/one");
	ck_assert_uint_eq(configuration->access_users.count, 1);
	ck_assert_uint_eq(configuration->access_users.list[0], 7);
	ck_assert_uint_eq(configuration->plugin_enabled_count, 1);
	ck_assert_str_eq(configuration->plugins_enabled[0], "pvmove");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(each_error_says_where_and_what, SUITE_COUNT(error_cases)),
		SUITE_TEST(nul_byte_is_an_error),
		SUITE_TEST(long_path_is_an_error),
		SUITE_TEST(huge_texts_are_refused),
		SUITE_TEST(refused_value_leaves_the_former_one),
	};

	return suite_run_fixture(
		"configuration_errors", tests, SUITE_COUNT(tests), set_up, tear_down);
}
