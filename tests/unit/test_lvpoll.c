/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One lvpoll: its progress, its end, and how long it may be silent, by a clock that the test moves.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <event2/event.h>

#include "lvm/lvpoll.h"
#include "scratch.h"
#include "suite.h"
#include "volume_fixture.h"

#define DEADLINE_S 20

static struct lvpolls lvpolls;
static struct volume *volume;
static char lvm_path[512];
static time_t ahead_s;

/* What was told of the lvpoll. */
static struct {
	unsigned progressed;
	unsigned silent;
	unsigned ended;
	bool was_terminated;
	struct process_end end;
	bool lets_go;
} told;

/* Stands before the C library's, for libevent too: the loop's time is ahead of the real one. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t clock, struct timespec * now);
	int result;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, now);
	now->tv_sec += ahead_s;
	return result;
}

static bool read_line(const char *line, struct lvmpolld_progress *progress)
{
	return sscanf(line, "at %lf", &progress->percent) == 1;
}

static const struct lvmpolld_plugin reading_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "fixture",
	.operation = "fixture",
	.description = "Reads lines",
	.read_line = read_line,
};

static const struct plugin_entry reading_entry = {
	.name = (char *)"fixture",
	.interface = &reading_plugin,
};

static void on_progressed(void *context, struct volume *progressing)
{
	ck_assert_ptr_eq(context, &lvpolls);
	ck_assert_ptr_eq(progressing, volume);
	told.progressed++;
}

static bool on_silent(void *context, struct volume *silent)
{
	ck_assert_ptr_eq(context, &lvpolls);
	ck_assert_ptr_eq(silent, volume);
	told.silent++;
	return told.lets_go;
}

static void on_ended(
	void *context, struct volume *ended, struct process_end end, bool was_terminated)
{
	ck_assert_ptr_eq(context, &lvpolls);
	ck_assert_ptr_eq(ended, volume);
	ck_assert_ptr_null(volume->lvpoll);
	told.ended++;
	told.end = end;
	told.was_terminated = was_terminated;
}

static const struct lvpoll_callbacks callbacks = {
	.progressed = on_progressed,
	.silent = on_silent,
	.ended = on_ended,
};

static void create_all(void)
{
	memset(&told, 0, sizeof(told));
	lvpolls = (struct lvpolls){.context = &lvpolls};
	TAILQ_INIT(&lvpolls.abandoned);
	scratch_create();
	snprintf(lvm_path, sizeof(lvm_path), "%s", scratch_path("lvm"));
	lvpolls.base = event_base_new();
	ck_assert_ptr_nonnull(lvpolls.base);
}

static void free_all(void)
{
	if (volume->lvpoll)
		lvpoll_free(volume->lvpoll);
	volume_free(volume);
	event_base_free(lvpolls.base);
	scratch_remove();
}

/* Starts PROGRAM, a shell script, as the lvpoll of a volume that is polled every INTERVAL seconds.
 */
static void start(const char *program, const char *interval)
{
	struct volume_request *request = fixture_request(1, 1, NULL), *another;
	struct lvmpolld_request parameters = request->parameters;
	struct lvmpolld_error error;
	FILE *file = fopen(lvm_path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", program);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(lvm_path, 0700), 0);
	parameters.interval = interval;
	another = volume_request_new(&parameters, &reading_entry);
	ck_assert_ptr_nonnull(another);
	volume_request_free(request);
	volume = volume_new(another);
	ck_assert_ptr_nonnull(volume);
	ck_assert_int_eq(lvpoll_start(&lvpolls, volume, lvm_path, &volume->request->parameters,
				 &callbacks, &error),
		0);
	ck_assert_ptr_nonnull(volume->lvpoll);
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
	struct event *timer = event_new(lvpolls.base, -1, 0, on_deadline, NULL);

	event_add(timer, &deadline);
	while (*count < number)
		ck_assert_int_ge(event_base_loop(lvpolls.base, EVLOOP_ONCE), 0);
	event_free(timer);
	ck_assert_uint_eq(*count, number);
}

/* The clock jumps, and whatever is due now comes. */
static void pass(time_t seconds)
{
	ahead_s += seconds;
	ck_assert_int_ge(event_base_loop(lvpolls.base, EVLOOP_NONBLOCK), 0);
}

static double percent(void)
{
	double value;

	volume_lock(volume);
	value = volume->progress.percent;
	volume_unlock(volume);
	return value;
}

static const struct {
	unsigned interval_s;
	unsigned silence_s;
} silences[] = {{0, 60}, {15, 60}, {30, 60}, {31, 62}, {3600, 7200}, {4294967295u, 2147483647u}};

START_TEST(lvpoll_silence_is_stock_s)
{
	ck_assert_uint_eq(lvpoll_silence_s(silences[_i].interval_s), silences[_i].silence_s);
}
END_TEST

START_TEST(lvpoll_progress_and_end_are_told)
{
	start("echo 'at 24'; echo 'something else'; printf 'at 50'; echo at 99 >&2; exit 5", "15");
	wait_for(&told.ended, 1);
	ck_assert_uint_eq(told.progressed, 2);
	ck_assert_double_eq(percent(), 50);
	ck_assert(!told.end.by_signal);
	ck_assert_int_eq(told.end.value, 5);
	ck_assert(!told.was_terminated);
}
END_TEST

START_TEST(lvpoll_that_is_terminated_says_so)
{
	start("echo at 1; exec sleep 1000", "15");
	wait_for(&told.progressed, 1);
	lvpoll_terminate(volume->lvpoll);
	wait_for(&told.ended, 1);
	ck_assert(told.was_terminated);
	ck_assert(told.end.by_signal);
	ck_assert_int_eq(told.end.value, SIGTERM);
}
END_TEST

/* Three times 60 s, or two intervals; never by one wake-up that comes late. */
static const struct {
	const char *interval;
	time_t period_s;
} periods[] = {{"15", 60}, {"+15", 60}, {"100", 200}, {"+100", 200}};

START_TEST(lvpoll_silent_for_three_periods_is_ended)
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

START_TEST(lvpoll_that_prints_is_not_silent)
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
	while (percent() != 2)
		ck_assert_int_ge(event_base_loop(lvpolls.base, EVLOOP_ONCE), 0);
	pass(61);
	pass(61);
	ck_assert_uint_eq(told.silent, 0);
	pass(61);
	ck_assert_uint_eq(told.silent, 1);
	wait_for(&told.ended, 1);
}
END_TEST

START_TEST(lvpoll_that_was_let_go_is_ended_and_told_of_no_more)
{
	pid_t pid;

	told.lets_go = true;
	start("exec sleep 1000", "15");
	pid = volume->last_pid;
	for (int period = 0; period < 3; period++)
		pass(61);
	ck_assert_uint_eq(told.silent, 1);
	ck_assert_ptr_null(volume->lvpoll);
	/* It reaps the process: then there is none of that id any more. */
	while (kill(pid, 0) == 0)
		ck_assert_int_ge(event_base_loop(lvpolls.base, EVLOOP_ONCE), 0);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_uint_eq(told.ended, 0);
}
END_TEST

START_TEST(lvpoll_that_cannot_be_executed)
{
	struct lvmpolld_error error;

	volume = fixture_volume(1, 1);
	ck_assert_int_eq(lvpoll_start(&lvpolls, volume, lvm_path, &volume->request->parameters,
				 &callbacks, &error),
		-ENOEXEC);
	ck_assert_ptr_null(volume->lvpoll);
	ck_assert_ptr_nonnull(strstr(error.sentence, lvm_path));
	ck_assert_int_lt(lvpoll_check_binary(lvm_path, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.sentence, lvm_path));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lvpoll_progress_and_end_are_told),
		SUITE_TEST(lvpoll_that_is_terminated_says_so),
		SUITE_LOOP(lvpoll_silent_for_three_periods_is_ended, SUITE_COUNT(periods)),
		SUITE_LOOP(lvpoll_that_prints_is_not_silent, SUITE_COUNT(signs)),
		SUITE_TEST(lvpoll_that_was_let_go_is_ended_and_told_of_no_more),
		SUITE_TEST(lvpoll_that_cannot_be_executed),
	};
	const struct suite_test figures[] = {
		SUITE_LOOP(lvpoll_silence_is_stock_s, SUITE_COUNT(silences)),
	};
	int status = suite_run_fixture("lvpoll", tests, SUITE_COUNT(tests), create_all, free_all);

	if (suite_run("lvpoll figures", figures, SUITE_COUNT(figures)) != EXIT_SUCCESS)
		status = EXIT_FAILURE;
	return status;
}
