/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log: its settings and its lines. */
#include "config.h"

#include <errno.h>
#include <libdevmapper.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "log/libdevmapper.h"
#include "log_fixture.h"
#include "suite.h"
#include "util/escape.h"

static const struct {
	const char *list;
	enum log_level level;
	bool wire;
	bool cmd;
} list_cases[] = {
	{"fatal", LOG_LEVEL_FATAL, false, false},
	{"error", LOG_LEVEL_ERROR, false, false},
	{"warn", LOG_LEVEL_WARN, false, false},
	{"notice", LOG_LEVEL_NOTICE, false, false},
	{"info", LOG_LEVEL_INFO, false, false},
	{"debug", LOG_LEVEL_DEBUG, false, false},
	{"wire", LOG_LEVEL_WARN, true, false},
	{"cmd", LOG_LEVEL_WARN, false, true},
	{"all", LOG_LEVEL_DEBUG, true, false},
	{"error,info,fatal", LOG_LEVEL_INFO, false, false},
	{"wire,debug", LOG_LEVEL_DEBUG, true, false},
	{"cmd,error,wire", LOG_LEVEL_ERROR, true, true},
	{"all,cmd,fatal", LOG_LEVEL_DEBUG, true, true},
};

START_TEST(list_of_settings_is_read)
{
	struct log_settings settings = {.level = LOG_LEVEL_WARN, .targets = LOG_TARGET_SYSLOG};
	struct lvmpolld_error error;

	ck_assert_int_eq(log_settings_parse(&settings, list_cases[_i].list, &error), 0);
	ck_assert_int_eq(settings.level, list_cases[_i].level);
	ck_assert_int_eq(settings.wire, list_cases[_i].wire);
	ck_assert_int_eq(settings.cmd, list_cases[_i].cmd);
	ck_assert_uint_eq(settings.targets, LOG_TARGET_SYSLOG);
}
END_TEST

static const char *const bad_lists[][2] = {
	{"bogus", "bogus"},
	{"", ""},
	{"debug,", ""},
	{"wire,,info", ""},
	{"info, wire", " wire"},
	{"Debug", "Debug"},
	{"debug,warning,wire", "warning"},
	{"debugdebugdebugdebug", "debugdebugdebugdebug"},
};

START_TEST(unknown_setting_is_named)
{
	const struct log_settings before = {.level = LOG_LEVEL_INFO, .cmd = true};
	struct log_settings settings = before;
	struct lvmpolld_error error;
	char sentence[256];

	ck_assert_int_eq(log_settings_parse(&settings, bad_lists[_i][0], &error), -EINVAL);
	snprintf(sentence, sizeof(sentence),
		"unknown log setting \"%s\" in \"%s\": known are all, fatal, error, warn, notice, "
		"info, debug, wire and cmd, separated by commas",
		bad_lists[_i][1], bad_lists[_i][0]);
	ck_assert_str_eq(error.sentence, sentence);
	ck_assert_int_eq(settings.level, before.level);
	ck_assert(!settings.wire && settings.cmd);
}
END_TEST

START_TEST(settings_in_force_can_be_asked_for)
{
	const struct log_settings wanted = {
		.level = LOG_LEVEL_INFO, .wire = true, .cmd = true, .targets = LOG_TARGET_STDERR};
	struct log_settings settings;

	ck_assert_int_eq(log_settings_in_force().level, LOG_LEVEL_WARN);
	log_configure(&wanted);
	settings = log_settings_in_force();
	ck_assert_int_eq(settings.level, LOG_LEVEL_INFO);
	ck_assert(settings.wire && settings.cmd);
	ck_assert_uint_eq(settings.targets, LOG_TARGET_STDERR);
	ck_assert(log_wire_is_enabled() && log_cmd_is_enabled());
	ck_assert(log_is_enabled(LOG_LEVEL_INFO) && !log_is_enabled(LOG_LEVEL_DEBUG));
}
END_TEST

START_TEST(levels_decide_what_is_written)
{
	configure(LOG_LEVEL_ERROR, LOG_TARGET_STDERR);
	log_fatal("a");
	log_error("b");
	log_warn("c");
	log_write_wire("d");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: fatal: a\nlvmpolld: error: b\n");
}
END_TEST

START_TEST(notice_is_between_warnings_and_information)
{
	configure(LOG_LEVEL_NOTICE, LOG_TARGET_STDERR);
	log_warn("a");
	log_notice("b");
	log_info("c");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: warn: a\nlvmpolld: notice: b\n");
	configure(LOG_LEVEL_WARN, LOG_TARGET_STDERR);
	log_notice("d");
	log_warn("e");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: warn: e\n");
}
END_TEST

START_TEST(warnings_are_written_before_any_setting)
{
	log_warn("early");
	log_info("unheard");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: warn: early\n");
}
END_TEST

START_TEST(wire_does_not_depend_on_the_level)
{
	const struct log_settings settings = {
		.level = LOG_LEVEL_FATAL, .wire = true, .targets = LOG_TARGET_STDERR};

	log_configure(&settings);
	log_write_wire("-> %s", "hello");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: wire: -> hello\n");
}
END_TEST

START_TEST(subject_is_a_prefix)
{
	struct log_subject subject = {
		.vg_name = "vg", .lv_name = "lv\n", .lvid = "lvid", .operation = "pvmove"};

	log_write_subject(LOG_LEVEL_WARN, &subject, "%d%%", 5);
	subject.operation = NULL;
	log_write_subject(LOG_LEVEL_WARN, &subject, "text");
	subject.lv_name = NULL;
	log_write_subject(LOG_LEVEL_WARN, &subject, "text");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: warn: vg/lv\\012 (pvmove): 5%\n"
					     "lvmpolld: warn: vg/lv\\012: text\n"
					     "lvmpolld: warn: text\n");
}
END_TEST

START_TEST(errno_survives_a_line)
{
	configure(LOG_LEVEL_DEBUG, LOG_TARGET_STDERR | LOG_TARGET_SYSLOG | LOG_TARGET_JOURNAL);
	errno = EXDEV;
	log_debug("text");
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

static const char *const escape_cases[][2] = {
	{"plain ~", "plain ~"},
	{"a\nb\r\tc\x7f", "a\\012b\\015\\011c\\177"},
	{"\x1b[2J", "\\033[2J"},
	{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac "
							     "\xf0\x9f\x98\x80"},
	{"\xc2\x9b", "\\302\\233"},   /* a control character of two bytes */
	{"\xff\x80", "\\377\\200"},   /* no UTF-8 */
	{"\xc3", "\\303"},            /* torn */
	{"\xe2\x82z", "\\342\\202z"}, /* torn */
	{"\xc0\xaf", "\\300\\257"},   /* longer than need be */
	{"\xe0\x80\xaf", "\\340\\200\\257"},
	{"\xed\xa0\x80", "\\355\\240\\200"}, /* half of a surrogate pair */
	{"\xf4\x90\x80\x80", "\\364\\220\\200\\200"},
};

START_TEST(what_is_not_printable_is_escaped)
{
	const char *rest = escape_cases[_i][0];
	char text[64];
	size_t length = escape_text(text, sizeof(text), &rest);

	ck_assert_str_eq(text, escape_cases[_i][1]);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_str_eq(rest, "");
}
END_TEST

START_TEST(escaping_tears_nothing)
{
	const char *rest = "ab\ncd\xc3\xbc";
	char text[7];

	ck_assert_uint_eq(escape_text(text, sizeof(text), &rest), 6);
	ck_assert_str_eq(text, "ab\\012");
	ck_assert_uint_eq(escape_text(text, 5, &rest), 4);
	ck_assert_str_eq(text, "cd\xc3\xbc");
	rest = "abc\xc3\xbc";
	ck_assert_uint_eq(escape_text(text, 5, &rest), 3);
	ck_assert_uint_eq(escape_text(text, 5, &rest), 2);
	rest = "abc\n";
	ck_assert_uint_eq(escape_text(text, sizeof(text), &rest), 3);
	ck_assert_str_eq(rest, "\n");
}
END_TEST

START_TEST(long_text_goes_on_in_the_next_line)
{
	const struct log_subject subject = {.vg_name = "vg", .lv_name = "lv"};
	static char text[10001], joined[10001];
	const char *line;

	memset(text, 'x', sizeof(text) - 1);
	log_write_subject(LOG_LEVEL_WARN, &subject, "%s", text);
	for (line = received(pipe_end); *line != '\0';) {
		const char *start = strstr(line, joined[0] == '\0' ? "lv: " : "... ");
		const char *end = strchr(line, '\n');

		ck_assert_int_eq(strncmp(line, "lvmpolld: warn: vg/lv: ", 23), 0);
		ck_assert_int_le(end - line, LOG_LINE_MAX);
		strncat(joined, start + 4, (size_t)(end - start - 4));
		line = end + 1;
	}
	ck_assert_str_eq(joined, text);
}
END_TEST

#define THREADS          4
#define LINES_OF_THREAD  50
#define LENGTH_OF_A_LINE 300

static void *write_many(void *context)
{
	char text[LENGTH_OF_A_LINE + 1];

	memset(text, *(const char *)context, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int line = 0; line < LINES_OF_THREAD; line++)
		log_warn("%s", text);
	return NULL;
}

START_TEST(lines_of_threads_are_not_mixed)
{
	static char letters[THREADS] = {'a', 'b', 'c', 'd'};
	pthread_t threads[THREADS];
	unsigned count = 0;
	char *rest;

	ck_assert_int_ge(fcntl(pipe_end, F_SETPIPE_SZ, 1 << 20), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, &letters[i]), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	rest = (char *)received(pipe_end);
	for (char *line = strsep(&rest, "\n"); rest; line = strsep(&rest, "\n")) {
		char same[2] = {line[strlen(line) - 1], '\0'};

		ck_assert_uint_eq(strlen(line), strlen("lvmpolld: warn: ") + LENGTH_OF_A_LINE);
		ck_assert_uint_eq(
			strspn(line + strlen("lvmpolld: warn: "), same), LENGTH_OF_A_LINE);
		count++;
	}
	ck_assert_uint_eq(count, THREADS * LINES_OF_THREAD);
}
END_TEST

START_TEST(garbage_for_libdevmapper_is_not_worth_a_warning)
{
	struct dm_config_tree *tree;

	log_adopt_libdevmapper();
	tree = dm_config_from_string("{ garbage");
	ck_assert_ptr_null(tree);
	ck_assert_str_eq(received(pipe_end), "");
	configure(LOG_LEVEL_DEBUG, LOG_TARGET_STDERR);
	tree = dm_config_from_string("{ garbage");
	ck_assert_ptr_null(tree);
	ck_assert_int_eq(strncmp(received(pipe_end), "lvmpolld: debug: ", 17), 0);
}
END_TEST

static void collect(int64_t at_s, const char *text, void *context)
{
	char *all = context;

	ck_assert_int_gt(at_s, 0);
	strcat(strcat(all, text), ";");
}

static const char *remembered(struct log_memory *memory)
{
	static char all[LOG_MEMORY_LINES * (LOG_MEMORY_TEXT_MAX + 1) + 1];

	all[0] = '\0';
	log_memory_visit(memory, collect, all);
	return all;
}

/* Whatever is written, what people would want to know is kept. */
START_TEST(memory_has_what_is_notice_or_graver)
{
	struct log_memory *memory = log_memory_new();
	const struct log_subject subject = {.vg_name = "vg", .lv_name = "lv", .memory = memory};

	configure(LOG_LEVEL_ERROR, LOG_TARGET_STDERR);
	log_write_subject(LOG_LEVEL_NOTICE, &subject, "%s", "begins");
	log_write_subject(LOG_LEVEL_INFO, &subject, "noise");
	log_write_subject(LOG_LEVEL_WARN, &subject, "fails\n%d", 5);
	ck_assert_str_eq(remembered(memory), "begins;fails\\0125;");
	ck_assert_str_eq(received(pipe_end), "");
	log_memory_release(memory);
}
END_TEST

/* An upgrade hands over what is kept: nothing is cut a second time. */
START_TEST(memory_keeps_what_it_has_kept)
{
	char text[2 * LOG_MEMORY_TEXT_MAX] = "", once[LOG_MEMORY_TEXT_MAX + 1];

	for (size_t length = LOG_MEMORY_TEXT_MAX - 9; length < sizeof(text); length++) {
		struct log_memory *memory = log_memory_new(), *next = log_memory_new();

		for (size_t i = 0; i < length; i++)
			text[i] = "\xe2\x86\x92"[i % 3];
		log_memory_add(memory, 1, text);
		snprintf(once, sizeof(once), "%s", remembered(memory));
		once[strlen(once) - 1] = '\0';
		log_memory_add(next, 1, once);
		ck_assert_str_eq(remembered(next), remembered(memory));
		ck_assert_uint_le(strlen(once), LOG_MEMORY_TEXT_MAX - 1);
		log_memory_release(next);
		log_memory_release(memory);
	}
}
END_TEST

/* "%s" with strerror(errno) in the next line is about the fault, not about the log. */
START_TEST(memory_leaves_errno_alone)
{
	struct log_memory *memory = log_memory_new();
	const struct log_subject subject = {.vg_name = "vg", .lv_name = "lv", .memory = memory};

	errno = ENOSPC;
	log_write_subject(LOG_LEVEL_NOTICE, &subject, "begins");
	ck_assert_int_eq(errno, ENOSPC);
	log_memory_release(memory);
}
END_TEST

START_TEST(memory_is_bounded)
{
	struct log_memory *memory = log_memory_hold(log_memory_new());
	char text[4 * LOG_MEMORY_TEXT_MAX];

	log_memory_release(memory);
	for (int i = 0; i < 2 * LOG_MEMORY_LINES; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		log_memory_add(memory, 1 + i, text);
	}
	ck_assert_int_eq(strncmp(remembered(memory), "line 8;line 9;line 10;", 22), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < LOG_MEMORY_LINES; i++)
		log_memory_add(memory, 1, text);
	ck_assert_uint_eq(strlen(remembered(memory)), LOG_MEMORY_LINES * LOG_MEMORY_TEXT_MAX);
	ck_assert_ptr_nonnull(strstr(remembered(memory), "xxx...;"));
	log_memory_release(memory);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(list_of_settings_is_read, SUITE_COUNT(list_cases)),
		SUITE_LOOP(unknown_setting_is_named, SUITE_COUNT(bad_lists)),
		SUITE_TEST(settings_in_force_can_be_asked_for),
		SUITE_TEST(levels_decide_what_is_written),
		SUITE_TEST(notice_is_between_warnings_and_information),
		SUITE_TEST(warnings_are_written_before_any_setting),
		SUITE_TEST(wire_does_not_depend_on_the_level),
		SUITE_TEST(subject_is_a_prefix),
		SUITE_TEST(errno_survives_a_line),
		SUITE_LOOP(what_is_not_printable_is_escaped, SUITE_COUNT(escape_cases)),
		SUITE_TEST(escaping_tears_nothing),
		SUITE_TEST(long_text_goes_on_in_the_next_line),
		SUITE_TEST(lines_of_threads_are_not_mixed),
		SUITE_TEST(memory_has_what_is_notice_or_graver),
		SUITE_TEST(memory_keeps_what_it_has_kept),
		SUITE_TEST(memory_leaves_errno_alone),
		SUITE_TEST(memory_is_bounded),
		SUITE_TEST(garbage_for_libdevmapper_is_not_worth_a_warning),
	};

	return suite_run_fixture("log", tests, SUITE_COUNT(tests), set_up, tear_down);
}
