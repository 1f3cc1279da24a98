/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of an lvm command: its output, its end, and how long it may be silent. The test moves the
 * clock.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "clock_ahead.h"
#include "lvm/command.h"
#include "operation_fixture.h"
#include "process/arguments.h"
#include "scratch.h"
#include "suite.h"

#define DEADLINE_S 300

static const struct command_kind kind = {.name = "lvpoll", .is_output_for_people = true};
static struct event_base *base;
static struct terms *terms;
static struct command *command; /* NULL when it has ended */
static double percent;
static char lvm_path[512];

/* What was told of the command. */
static struct {
	unsigned lines;
	unsigned progressed;
	unsigned lost;
	unsigned silent;
	unsigned ended;
	bool was_terminated;
	struct process_end end;
	bool is_ended_when_silent;
} told;

static void on_line(const char *text, void *context)
{
	ck_assert_ptr_eq(context, &told);
	told.lines++;
	if (sscanf(text, "at %lf", &percent) == 1)
		told.progressed++;
}

static void on_lost(void *context)
{
	ck_assert_ptr_eq(context, &told);
	told.lost++;
}

static void on_silent(void *context)
{
	ck_assert_ptr_eq(context, &told);
	told.silent++;
	if (told.is_ended_when_silent)
		command_terminate(command);
}

static void on_ended(struct process_end end, bool was_terminated, void *context)
{
	ck_assert_ptr_eq(context, &told);
	command = NULL;
	told.ended++;
	told.end = end;
	told.was_terminated = was_terminated;
}

static const struct command_callbacks callbacks = {
	.line = on_line,
	.lost = on_lost,
	.silent = on_silent,
	.ended = on_ended,
};

static void create_all(void)
{
	memset(&told, 0, sizeof(told));
	told.is_ended_when_silent = true;
	percent = -1;
	scratch_create();
	snprintf(lvm_path, sizeof(lvm_path), "%s", scratch_path("lvm"));
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
}

static void free_all(void)
{
	if (command)
		command_free(command);
	terms_release(terms);
	event_base_free(base);
	scratch_remove();
}

/* Runs PROGRAM, a shell script, as KIND for a volume that is polled every INTERVAL seconds. */
static void start_kind(
	const struct command_kind *started, const char *program, const char *interval)
{
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error;
	FILE *file = fopen(lvm_path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", program);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(lvm_path, 0700), 0);
	terms = fixture_terms_of(&fixture_entry, 1, 1, false, interval, NULL);
	ck_assert_int_eq(arguments_add(&arguments, lvm_path), 0);
	command = command_start(base, started, terms, &arguments, &callbacks, &told, &error);
	arguments_clear(&arguments);
	ck_assert_msg(command, "%s", error.sentence);
}

static void start(const char *program, const char *interval)
{
	start_kind(&kind, program, interval);
}

static void on_deadline(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	(void)context;
	ck_abort_msg("waited in vain");
}

/* Runs the loop until *COUNT is NUMBER; in this the real time passes. */
static void wait_for(const unsigned *count, unsigned number)
{
	const struct timeval deadline = {.tv_sec = DEADLINE_S};
	struct event *timer = event_new(base, -1, 0, on_deadline, NULL);

	event_add(timer, &deadline);
	while (*count < number)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
	event_free(timer);
	ck_assert_uint_eq(*count, number);
}

/* The clock jumps, and whatever is due now comes. */
static void pass(time_t seconds)
{
	ahead_s += seconds;
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

/* By the interval, and how long the plugin lets it be silent in all. */
static const struct {
	unsigned interval_s;
	unsigned of_plugin_s;
	unsigned silence_s;
} silences[] = {
	{0, 0, 60},
	{15, 0, 60},
	{30, 0, 60},
	{31, 0, 62},
	{3600, 0, 7200},
	{4294967295u, 0, 2147483647u},
	{15, 3600, 1200},
	{15, 3601, 1201},
	{15, 90, 30},
	{15, 30, 30},
	{0, 4294967295u, 1431655765u},
};

START_TEST(command_silence_is_stock_s_or_the_plugin_s)
{
	const struct lvmpolld_plugin plugin = {.silence_s = silences[_i].of_plugin_s};
	const struct plugin_entry entry = {.interface = &plugin};
	struct terms *asked = fixture_terms_of(&entry, 1, 1, false, "15", NULL);

	asked->interval_s = silences[_i].interval_s;
	ck_assert_uint_eq(command_silence_s(asked), silences[_i].silence_s);
	terms_release(asked);
}
END_TEST

/* Half a line could be taken for a whole one; what is said on standard error is no matter. */
START_TEST(command_line_that_is_too_long_is_lost)
{
	start("printf '%05000d' 1 >&2; echo >&2; echo 'at 24'; printf '%05000d\\n' 1; echo 'at 50'",
		"15");
	wait_for(&told.ended, 1);
	ck_assert_uint_gt(told.lost, 0);
	ck_assert_uint_eq(told.lines, 2);
	ck_assert_uint_eq(told.progressed, 2);
}
END_TEST

START_TEST(command_progress_and_end_are_told)
{
	start("echo 'at 24'; echo 'something else'; printf 'at 50'; echo at 99 >&2; exit 5", "15");
	wait_for(&told.ended, 1);
	ck_assert_uint_eq(told.progressed, 2);
	ck_assert_double_eq(percent, 50);
	ck_assert(!told.end.by_signal);
	ck_assert_int_eq(told.end.value, 5);
	ck_assert(!told.was_terminated);
}
END_TEST

START_TEST(command_that_is_terminated_says_so)
{
	start("echo at 1; exec sleep 1000", "15");
	wait_for(&told.progressed, 1);
	command_terminate(command);
	wait_for(&told.ended, 1);
	ck_assert(told.was_terminated);
	ck_assert(told.end.by_signal);
	ck_assert_int_eq(told.end.value, SIGTERM);
}
END_TEST

/* What is not lvpoll: it ends by itself, and with its own status. */
START_TEST(command_that_is_left_to_end_gets_no_signal)
{
	static const struct command_kind left = {.name = "lvconvert", .is_left_to_end = true};
	pid_t pid;
	int status;

	start_kind(&left, "trap 'exit 3' TERM; echo at 1; kill -STOP $$; exit 0", "15");
	wait_for(&told.progressed, 1);
	ck_assert(command_is_left_to_end(command));
	pid = command_pid(command);
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	ck_assert(WIFSTOPPED(status));
	command_terminate(command);
	ck_assert(!command_is_terminating(command));
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	wait_for(&told.ended, 1);
	ck_assert(!told.was_terminated);
	ck_assert(!told.end.by_signal);
	ck_assert_int_eq(told.end.value, 0);
}
END_TEST

static const struct lvmpolld_question questions[] = {
	{"lvconvert", 3, "Shall * go on[?]", "the start has asked for it"},
	{NULL, 0, NULL, NULL},
};
static const struct command_kind asking = {
	.name = "lvconvert", .is_left_to_end = true, .questions = questions, .phase = 3};

#define READS "read -r line || line=n; [ $line = y ] && exit 0; exit 5"

/* Questions, and whether yes is answered to each. */
static const struct {
	const char *program;
	int status;
} asked[] = {
	{"echo a warning >&2; printf 'Shall vg/data go on? [y/n]: ' >&2; " READS, 0},
	{"printf 'Shall vg/data go on? [y/n]: ' >&2; read -r line; "
	 "printf 'Shall it go on? [y/n]: ' >&2; " READS,
		0},
	{"printf 'Shall vg/data be lost? [y/n]: ' >&2; " READS, 5},
	{"printf 'Shall vg/data be lost? [y/n]: ' >&2; read -r line; "
	 "printf 'Shall it go on? [y/n]: ' >&2; " READS,
		5},
	{"printf 'Shall vg/data go on?'; exec >&2; " READS, 5},
	/* Half a line, and then all of it. */
	{"printf 'Shall vg/data ' >&2; sleep 0.1; printf 'go on? [y/n]: ' >&2; " READS, 0},
};

START_TEST(command_is_answered_what_was_declared)
{
	start_kind(&asking, asked[_i].program, "15");
	wait_for(&told.ended, 1);
	ck_assert(!told.end.by_signal);
	ck_assert_int_eq(told.end.value, asked[_i].status);
}
END_TEST

/* What it asks, and that it has closed its output, is read at once. */
START_TEST(command_that_has_closed_its_output_is_not_waited_for)
{
	char program[256];
	int closed;

	ck_assert_int_eq(mkfifo(scratch_path("closed"), 0600), 0);
	snprintf(program, sizeof(program),
		"printf 'Shall vg/data go on?'; exec >&2; : >%s/closed; " READS, scratch_directory);
	start_kind(&asking, program, "15");
	/* It opens that when it has closed the other, and not before. */
	closed = open(scratch_path("closed"), O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(closed, 0);
	close(closed);
	wait_for(&told.ended, 1);
	ck_assert(!told.end.by_signal);
	ck_assert_int_eq(told.end.value, 5);
}
END_TEST

/* An lvpoll, or what has declared none: nobody answers, and it reads the end at once. */
static const struct command_kind mute[] = {
	{.name = "lvconvert", .questions = questions, .phase = 3},
	{.name = "lvconvert", .is_left_to_end = true, .questions = questions, .phase = 4},
	{.name = "lvconvert", .is_left_to_end = true},
};

START_TEST(command_that_must_not_ask_is_not_answered)
{
	start_kind(&mute[_i], asked[0].program, "15");
	wait_for(&told.ended, 1);
	ck_assert_int_eq(told.end.value, 5);
}
END_TEST

/* It waits where nobody can know for what, and may have the group locked. */
START_TEST(command_that_is_silent_reads_the_end_of_its_input)
{
	told.is_ended_when_silent = false;
	start_kind(&asking, "echo at 1; " READS, "15");
	wait_for(&told.progressed, 1);
	for (int period = 0; period < 3; period++)
		pass(61);
	ck_assert_uint_eq(told.silent, 1);
	wait_for(&told.ended, 1);
	ck_assert_int_eq(told.end.value, 5);
}
END_TEST

/* Three times 60 s, or two intervals; never by one wake-up that comes late. */
static const struct {
	const char *interval;
	time_t period_s;
} periods[] = {{"15", 60}, {"+15", 60}, {"100", 200}, {"+100", 200}};

START_TEST(command_silent_for_three_periods_is_ended)
{
	start("exec sleep 1000", periods[_i].interval);
	for (int period = 0; period < 3; period++) {
		pass(periods[_i].period_s - 1);
		ck_assert_uint_eq(told.silent, 0);
		pass(2);
	}
	ck_assert_uint_eq(told.silent, 1);
	wait_for(&told.ended, 1);
	ck_assert(told.was_terminated);
	ck_assert_int_eq(told.end.value, SIGTERM);
	ck_assert_uint_eq(told.silent, 1);
}
END_TEST

/* Whatever it prints, and wherever: it is alive. */
static const char *const signs[] = {
	"echo at 3", "echo of no interest", "echo a warning >&2", "echo"};

START_TEST(command_that_prints_is_not_silent)
{
	char program[256];
	unsigned lines = 1;

	snprintf(program, sizeof(program),
		"echo at 1; read -r line <'%s/go'; %s; echo at 2; exec sleep 1000",
		scratch_directory, signs[_i]);
	ck_assert_int_eq(mkfifo(scratch_path("go"), 0600), 0);
	start(program, "15");
	wait_for(&told.progressed, lines);
	pass(61);
	pass(61);
	ck_assert_int_eq(fclose(fopen(scratch_path("go"), "w")), 0);
	while (percent != 2)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
	pass(61);
	pass(61);
	ck_assert_uint_eq(told.silent, 0);
	pass(61);
	ck_assert_uint_eq(told.silent, 1);
	wait_for(&told.ended, 1);
}
END_TEST

/* What it does then is its user's matter: it may still hold a lock, and it is the one of its
 * volume. */
START_TEST(command_that_is_silent_runs_on)
{
	told.is_ended_when_silent = false;
	start("exec sleep 1000", "15");
	for (int period = 0; period < 3; period++)
		pass(61);
	ck_assert_uint_eq(told.silent, 1);
	ck_assert_ptr_nonnull(command);
	ck_assert(!command_is_terminating(command));
	ck_assert_int_eq(kill(command_pid(command), 0), 0);
	command_terminate(command);
	ck_assert(command_is_terminating(command));
	wait_for(&told.ended, 1);
}
END_TEST

/* A kind has its own time; the interval of the volume does not count for a report. */
START_TEST(command_of_a_kind_is_silent_by_its_time)
{
	static const struct command_kind report = {.name = "report", .silence_s = 10};

	start_kind(&report, "exec sleep 1000", "3600");
	for (int period = 0; period < 3; period++)
		pass(11);
	ck_assert_uint_eq(told.silent, 1);
	wait_for(&told.ended, 1);
}
END_TEST

/* Each whole line of its standard output, and nothing else. */
START_TEST(command_tells_its_lines)
{
	start("echo one; echo two; echo no >&2", "15");
	wait_for(&told.ended, 1);
	ck_assert_uint_eq(told.lines, 2);
}
END_TEST

/* Whoever forgets it lets it run: a daemon that ends, or is replaced. */
START_TEST(command_that_is_forgotten_runs_on)
{
	pid_t pid;

	start("exec sleep 1000", "15");
	pid = command_pid(command);
	command_free(command);
	command = NULL;
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_int_eq(kill(pid, 0), 0);
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_uint_eq(told.ended, 0);
}
END_TEST

START_TEST(command_that_cannot_be_executed)
{
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error;

	terms = fixture_terms(1, 1);
	ck_assert_int_eq(arguments_add(&arguments, lvm_path), 0);
	ck_assert_ptr_null(
		command_start(base, &kind, terms, &arguments, &callbacks, &told, &error));
	arguments_clear(&arguments);
	ck_assert_int_eq(error.code, ENOEXEC);
	ck_assert_ptr_nonnull(strstr(error.sentence, lvm_path));
	ck_assert_int_lt(command_check_binary(lvm_path, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.sentence, lvm_path));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(command_line_that_is_too_long_is_lost),
		SUITE_TEST(command_progress_and_end_are_told),
		SUITE_TEST(command_that_is_terminated_says_so),
		SUITE_TEST(command_that_is_left_to_end_gets_no_signal),
		SUITE_LOOP(command_is_answered_what_was_declared, SUITE_COUNT(asked)),
		SUITE_TEST(command_that_has_closed_its_output_is_not_waited_for),
		SUITE_LOOP(command_that_must_not_ask_is_not_answered, SUITE_COUNT(mute)),
		SUITE_TEST(command_that_is_silent_reads_the_end_of_its_input),
		SUITE_LOOP(command_silent_for_three_periods_is_ended, SUITE_COUNT(periods)),
		SUITE_LOOP(command_that_prints_is_not_silent, SUITE_COUNT(signs)),
		SUITE_TEST(command_that_is_silent_runs_on),
		SUITE_TEST(command_of_a_kind_is_silent_by_its_time),
		SUITE_TEST(command_tells_its_lines),
		SUITE_TEST(command_that_is_forgotten_runs_on),
		SUITE_TEST(command_that_cannot_be_executed),
	};
	const struct suite_test figures[] = {
		SUITE_LOOP(command_silence_is_stock_s_or_the_plugin_s, SUITE_COUNT(silences)),
	};
	int status = suite_run_fixture("command", tests, SUITE_COUNT(tests), create_all, free_all);

	if (suite_run("command figures", figures, SUITE_COUNT(figures)) != EXIT_SUCCESS)
		status = EXIT_FAILURE;
	return status;
}
