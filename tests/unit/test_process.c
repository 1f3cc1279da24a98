/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes: how they are started, print and end, and what they inherit. */
#include "config.h"

#include "process_fixture.h"

static const struct {
	const char *program;
	bool by_signal;
	int value;
} ends[] = {
	{"exit 0", false, 0},
	{"exit 5", false, 5},
	{"exit 255", false, 255},
	{"kill -TERM $$", true, SIGTERM},
	{"kill -KILL $$", true, SIGKILL},
	{"ulimit -c 0; kill -ABRT $$", true, SIGABRT},
	{"exec >&- 2>&-; exit 7", false, 7},
	{"exec >&-; kill -HUP $$", true, SIGHUP},
};

START_TEST(process_end_is_told)
{
	run(ends[_i].program);
	ck_assert_int_eq(seen.end.by_signal, ends[_i].by_signal);
	ck_assert_int_eq(seen.end.value, ends[_i].value);
}
END_TEST

/* A stopped process has not ended, and neither has one that goes on. */
START_TEST(process_that_stops_and_goes_on_has_not_ended)
{
	struct process *process = start("echo ready; kill -STOP $$; echo again; exit 3");
	pid_t pid = process_id(process);
	siginfo_t info = {0};

	wait_line("ready\n");
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), 0);
	ck_assert_int_eq(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert(!seen.has_ended);
	kill(pid, SIGCONT);
	wait_end();
	ck_assert_int_eq(seen.end.value, 3);
	ck_assert_str_eq(seen.text[PROCESS_STDOUT], "ready\nagain\n");
}
END_TEST

static const struct {
	const char *program;
	const char *output;
	const char *errors;
} outputs[] = {
	{":", "", ""},
	{"echo one; echo two >&2; echo three", "one\nthree\n", "two\n"},
	{"echo; echo", "\n\n", ""},
	{"printf unfinished", "unfinished\n", ""},
	{"printf 'a\\0b\\n'", "a?b\n", ""},
	{"printf a; exec >&-; echo b >&2", "a\n", "b\n"},
	{"for c in s l o w; do printf $c; sleep 0.01; done", "slow\n", ""},
	{"(sleep 1000 & echo $! >&2) >/dev/null; echo done; exit 0", "done\n", NULL},
};

START_TEST(process_output_is_read_by_lines)
{
	run(outputs[_i].program);
	ck_assert_str_eq(seen.text[PROCESS_STDOUT], outputs[_i].output);
	if (outputs[_i].errors)
		ck_assert_str_eq(seen.text[PROCESS_STDERR], outputs[_i].errors);
	else
		ck_assert_int_eq(kill(atoi(seen.text[PROCESS_STDERR]), SIGTERM), 0);
}
END_TEST

/* It holds the pipe open and writes on; SIGPIPE ends it when nobody reads any more. */
START_TEST(process_end_does_not_wait_for_a_grandchild)
{
	run("while :; do echo more; done & exit 4");
	ck_assert_int_eq(seen.end.value, 4);
}
END_TEST

START_TEST(process_flood_on_both_outputs_is_read_to_the_end)
{
	run("head -c 3000000 /dev/zero >&2 & head -c 3000000 /dev/zero | tr '\\0' x; wait");
	ck_assert_uint_eq(seen.bytes[PROCESS_STDOUT], 3000000);
	ck_assert_uint_eq(seen.bytes[PROCESS_STDERR], 3000000);
	ck_assert_int_eq(seen.end.value, 0);
}
END_TEST

START_TEST(process_is_born_with_what_was_asked_for)
{
	char *const environment[] = {"ONE=1", "TWO=x y", NULL};
	enum process_failure failure;

	/* Descriptors of the program that runs this test do not count. */
	descriptors_mark();
	ck_assert_ptr_nonnull(start_with(
		"exec /bin/sh -c 'echo $ONE $TWO; readlink /proc/$$/fd/0; ls /proc/$$/fd'",
		environment, &failure));
	wait_end();
	ck_assert_str_eq(seen.text[PROCESS_STDOUT], "1 x y\n/dev/null\n0\n1\n2\n");
}
END_TEST

/*
 * The first two real-time signals are the C library's own, and no program can set them. QEMU has
 * the two of its program as the next two.
 */
#define LIBRARY_SIGNALS (15ULL << (32 - 1))

START_TEST(process_has_default_signals)
{
	unsigned long long is_blocked, is_ignored;
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	run("exec grep -E '^Sig(Blk|Ign)' /proc/self/status");
	ck_assert_int_eq(sscanf(seen.text[PROCESS_STDOUT], "SigBlk: %llx SigIgn: %llx", &is_blocked,
				 &is_ignored),
		2);
	ck_assert_uint_eq(is_blocked & ~LIBRARY_SIGNALS, 0);
	ck_assert_uint_eq(is_ignored & ~LIBRARY_SIGNALS, 0);
}
END_TEST

/* It writes on when nobody reads any more. */
START_TEST(process_that_may_outlive_us_gets_no_sigpipe)
{
	unsigned long long is_ignored;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	callbacks.may_outlive_us = true;
	run("exec grep -E '^SigIgn' /proc/self/status");
	ck_assert_int_eq(sscanf(seen.text[PROCESS_STDOUT], "SigIgn: %llx", &is_ignored), 1);
	ck_assert_uint_eq(is_ignored & ~LIBRARY_SIGNALS, 1ULL << (SIGPIPE - 1));
}
END_TEST

static const char *const not_programs[] = {"/nonexistent/lvm", "/etc/passwd", "/", "/etc/passwd/x"};

START_TEST(process_that_cannot_be_executed)
{
	char *const arguments[] = {(char *)not_programs[_i], NULL}, *const environment[] = {NULL};
	enum process_failure failure = PROCESS_FAILED_RESOURCES;
	struct lvmpolld_error error;

	ck_assert_ptr_null(
		process_start(base, arguments, environment, &callbacks, &seen, &failure, &error));
	ck_assert_int_eq(failure, PROCESS_FAILED_EXECUTE);
	ck_assert_ptr_nonnull(strstr(error.sentence, not_programs[_i]));
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

#define DESCRIPTORS_MAX 1024

static bool is_open(int descriptor)
{
	return fcntl(descriptor, F_GETFD) >= 0;
}

static int count_descriptors(void)
{
	int count = 0;

	for (int descriptor = 0; descriptor < DESCRIPTORS_MAX; descriptor++)
		count += is_open(descriptor);
	return count;
}

/* The limit that leaves room for so many more. */
static rlim_t limit_for(int free_descriptors)
{
	int limit = 0;

	for (; is_open(limit) || free_descriptors > 0; limit++)
		free_descriptors -= !is_open(limit);
	return (rlim_t)limit;
}

/* However many are free, nothing leaks, and a shortage is no fault of the program. */
START_TEST(process_without_descriptors_is_a_shortage)
{
	char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	enum process_failure failure = PROCESS_FAILED_EXECUTE;
	const int open_before = count_descriptors();
	struct rlimit limit, former;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &former), 0);
	limit = former;
	limit.rlim_cur = limit_for(_i);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_ptr_null(start_with("exit 0", environment, &failure));
	ck_assert_int_eq(failure, PROCESS_FAILED_RESOURCES);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &former), 0);
	ck_assert_int_eq(count_descriptors(), open_before);
	run("exit 0");
	ck_assert_int_eq(count_descriptors(), open_before);
}
END_TEST

/* It may hold a lock of lvm2 and take its time to end: nobody waits for that. */
START_TEST(process_that_cannot_be_watched_is_not_waited_for)
{
	char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	enum process_failure failure = PROCESS_FAILED_EXECUTE;
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	is_pidfd_refused = true;
	ck_assert_ptr_null(start_with("trap '' TERM; exec sleep 5", environment, &failure));
	is_pidfd_refused = false;
	clock_gettime(CLOCK_MONOTONIC, &end);
	ck_assert_int_eq(failure, PROCESS_FAILED_RESOURCES);
	ck_assert_int_lt(end.tv_sec - begin.tv_sec, 3);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(process_end_is_told, SUITE_COUNT(ends)),
		SUITE_TEST(process_that_stops_and_goes_on_has_not_ended),
		SUITE_LOOP(process_output_is_read_by_lines, SUITE_COUNT(outputs)),
		SUITE_TEST(process_end_does_not_wait_for_a_grandchild),
		SUITE_TEST(process_flood_on_both_outputs_is_read_to_the_end),
		SUITE_TEST(process_is_born_with_what_was_asked_for),
		SUITE_TEST(process_has_default_signals),
		SUITE_TEST(process_that_may_outlive_us_gets_no_sigpipe),
		SUITE_LOOP(process_that_cannot_be_executed, SUITE_COUNT(not_programs)),
		SUITE_LOOP(process_without_descriptors_is_a_shortage, 5),
		SUITE_TEST(process_that_cannot_be_watched_is_not_waited_for),
	};

	return suite_run_fixture("process", tests, SUITE_COUNT(tests), create_base, free_base);
}
