/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes: how they print and end, and what they inherit. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "process/process.h"
#include "suite.h"
#include "util/descriptors.h"

#define DEADLINE_S 300

/* What one process has printed and how it ended. */
struct seen {
	char text[2][64 * 1024]; /* "line\n" for each complete line, "piece|" for a part of one */
	size_t length[2];
	size_t bytes[2];
	bool has_ended;
	struct process_end end;
};

static struct event_base *base;
static struct seen seen;
static struct process *asking; /* it is answered by on_unfinished */
static const char *given;      /* the answer; NULL: none is given */
static char asked_last[100];
static bool is_pidfd_refused;

/* Stands before the C library's, to play a kernel that is short of descriptors. */
long syscall(long number, ...)
{
	long (*real)(long number, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (size_t i = 0; i < SUITE_COUNT(arguments); i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_pidfd_open && is_pidfd_refused) {
		errno = ENFILE;
		return -1;
	}
	return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		arguments[5]);
}

static void on_output(enum process_stream stream, const char *text, size_t length, bool first,
	bool complete, void *context)
{
	size_t room = sizeof(seen.text[stream]) - seen.length[stream];
	int written;

	(void)first;
	ck_assert_ptr_eq(context, &seen);
	ck_assert(!seen.has_ended);
	ck_assert_uint_eq(strlen(text), length);
	seen.bytes[stream] += length;
	written = snprintf(
		seen.text[stream] + seen.length[stream], room, "%s%s", text, complete ? "\n" : "|");
	if ((size_t)written < room)
		seen.length[stream] += (size_t)written;
}

static void on_unfinished(enum process_stream stream, const char *text, void *context)
{
	ck_assert_ptr_eq(context, &seen);
	ck_assert_int_eq(stream, PROCESS_STDERR);
	snprintf(asked_last, sizeof(asked_last), "%s", text);
	if (!strstr(text, "? "))
		return;
	if (given)
		ck_assert_int_eq(process_answer(asking, given), 0);
	else
		process_close_input(asking);
}

static void on_ended(struct process_end end, void *context)
{
	ck_assert_ptr_eq(context, &seen);
	ck_assert(!seen.has_ended);
	seen.has_ended = true;
	seen.end = end;
	event_base_loopbreak(base);
}

static struct process_callbacks callbacks = {.output = on_output, .ended = on_ended};

static void create_base(void)
{
	callbacks.may_outlive_us = false;
	callbacks.unfinished = NULL;
	is_pidfd_refused = false;
	memset(&seen, 0, sizeof(seen));
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
}

static void free_base(void)
{
	event_base_free(base);
}

static void on_deadline(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	(void)context;
	ck_abort_msg("the process has not ended in time");
}

/* Runs the loop until the process has ended. */
static void wait_end(void)
{
	const struct timeval deadline = {.tv_sec = DEADLINE_S};
	struct event *timer = event_new(base, -1, 0, on_deadline, NULL);

	event_add(timer, &deadline);
	while (!seen.has_ended)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	event_free(timer);
}

static struct process *start_with(
	const char *program, char *const *environment, enum process_failure *failure)
{
	char *const arguments[] = {"/bin/sh", "-c", (char *)program, NULL};
	struct lvmpolld_error error;

	return process_start(base, arguments, environment, &callbacks, &seen, failure, &error);
}

static struct process *start(const char *program)
{
	char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	enum process_failure failure;
	struct process *process = start_with(program, environment, &failure);

	ck_assert_ptr_nonnull(process);
	return process;
}

static void run(const char *program)
{
	start(program);
	wait_end();
}

static void wait_line(const char *line)
{
	while (strcmp(seen.text[PROCESS_STDOUT], line) != 0) {
		ck_assert(!seen.has_ended);
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	}
}

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

/* To cut it short may leave half of its work behind, and to know nothing of it run another beside.
 */
START_TEST(process_that_may_outlive_us_runs_on_unwatched)
{
	char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	enum process_failure failure;
	struct process *process;
	pid_t pid;

	callbacks.may_outlive_us = true;
	is_pidfd_refused = true;
	process = start_with(
		"trap 'exit 9' TERM; echo ready; sleep 0.2; exit 7", environment, &failure);
	ck_assert_ptr_nonnull(process);
	pid = process_id(process);
	wait_line("ready\n");
	ck_assert_int_eq(kill(pid, 0), 0);
	ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	is_pidfd_refused = false;
	wait_end();
	ck_assert_str_eq(seen.text[PROCESS_STDOUT], "ready\n");
	ck_assert(!seen.end.by_signal);
	ck_assert_int_eq(seen.end.value, 7);
}
END_TEST

START_TEST(process_is_terminated_again_and_again_until_it_is_gone)
{
	struct process *process =
		start("count=0; trap 'count=$((count + 1)); [ $count -lt 3 ] || exit 9' TERM; "
		      "echo ready; while :; do sleep 0.01; done");

	wait_line("ready\n");
	ck_assert(!process_is_terminating(process));
	process_terminate(process);
	process_terminate(process);
	ck_assert(process_is_terminating(process));
	wait_end();
	ck_assert(!seen.end.by_signal);
	ck_assert_int_eq(seen.end.value, 9);
}
END_TEST

/* What it asks, the answer, and what it has made of that. */
static const struct {
	const char *answer, *printed;
} answers[] = {{"y\n", "got y\n"}, {"n\n", "got n\n"}, {NULL, "got nothing\n"}};

#define ASKS                                                                                       \
	"echo begins >&2; printf 'sure' >&2; printf '? ' >&2; read -r line || line=nothing; "      \
	"echo got $line"

START_TEST(process_is_answered_what_it_asks)
{
	callbacks.unfinished = on_unfinished;
	given = answers[_i].answer;
	asking = start(ASKS);
	wait_end();
	ck_assert_str_eq(asked_last, "sure? ");
	ck_assert_str_eq(seen.text[PROCESS_STDOUT], answers[_i].printed);
	/* What was asked is delivered with the rest of its line. */
	ck_assert_str_eq(seen.text[PROCESS_STDERR], "begins\nsure? \n");
}
END_TEST

/* Nobody could answer. */
START_TEST(process_that_nobody_answers_reads_the_end_of_its_input)
{
	asking = start(ASKS);
	ck_assert_int_eq(process_answer(asking, "y\n"), -EPIPE);
	process_close_input(asking);
	wait_end();
	ck_assert_str_eq(seen.text[PROCESS_STDOUT], "got nothing\n");
}
END_TEST

/* This daemon ends while it waits for the answer. */
START_TEST(process_that_is_forgotten_reads_the_end_of_its_input)
{
	pid_t pid;
	int status;

	callbacks.unfinished = on_unfinished;
	callbacks.may_outlive_us = true;
	asking = start("echo ready; read -r line && exit 1; exit 8");
	pid = process_id(asking);
	wait_line("ready\n");
	process_free(asking);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 8);
}
END_TEST

/* The number of a process that has ended may be another's by now. */
START_TEST(process_of_the_same_number_is_not_adopted)
{
	static const int none[2] = {-1, -1};
	uint64_t start_ticks = process_read_start(getpid());
	struct lvmpolld_error error;
	struct process *process;

	ck_assert_uint_gt(start_ticks, 0);
	ck_assert_ptr_null(
		process_adopt(base, getpid(), start_ticks - 1, none, &callbacks, &seen, &error));
	ck_assert_int_eq(error.code, ESRCH);
	process = process_adopt(base, getpid(), start_ticks, none, &callbacks, &seen, &error);
	ck_assert_ptr_nonnull(process);
	process_free(process);
}
END_TEST

START_TEST(process_that_is_forgotten_runs_on)
{
	struct process *process = start("echo ready; kill -STOP $$; exit 8");
	pid_t pid = process_id(process);
	int status;

	wait_line("ready\n");
	process_free(process);
	ck_assert_int_eq(event_base_loop(base, EVLOOP_NONBLOCK), 1);
	ck_assert(!seen.has_ended);
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 8);
}
END_TEST

/* After an upgrade: it could not be read when it was started. */
START_TEST(process_of_ours_is_adopted_whenever_it_was_started)
{
	static const int none[2] = {-1, -1};
	struct process *process = start("echo ready; exec sleep 20"), *adopted;
	pid_t pid = process_id(process);
	struct lvmpolld_error error;

	wait_line("ready\n");
	adopted = process_adopt(base, pid, 0, none, &callbacks, &seen, &error);
	ck_assert_msg(!!adopted, "%s", error.sentence);
	process_free(adopted);
	ck_assert_ptr_null(process_adopt(base, getppid(), 0, none, &callbacks, &seen, &error));
	ck_assert_int_eq(error.code, ESRCH);
	process_terminate(process);
	wait_end();
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
		SUITE_TEST(process_that_may_outlive_us_runs_on_unwatched),
		SUITE_TEST(process_is_terminated_again_and_again_until_it_is_gone),
		SUITE_LOOP(process_is_answered_what_it_asks, SUITE_COUNT(answers)),
		SUITE_TEST(process_that_nobody_answers_reads_the_end_of_its_input),
		SUITE_TEST(process_that_is_forgotten_reads_the_end_of_its_input),
		SUITE_TEST(process_of_the_same_number_is_not_adopted),
		SUITE_TEST(process_that_is_forgotten_runs_on),
		SUITE_TEST(process_of_ours_is_adopted_whenever_it_was_started),
	};

	return suite_run_fixture("process", tests, SUITE_COUNT(tests), create_base, free_base);
}
