/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going into the background: what the parent waits for and says, and what the daemon keeps. */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "service/background.h"
#include "suite.h"

/* How long something is watched that must not happen. */
#define NOT_YET_MS 100

/* What the daemon tells the test, through a named pipe: it keeps no other. */
struct report {
	pid_t process;
	pid_t session;
	mode_t mask;
	bool socket_is_ours;
	bool null_before, null_after;
	unsigned strays; /* descriptors that are open beside the standard ones */
	char directory[8];
};

static int stderr_pipe[2];

static bool is_null(int descriptor)
{
	struct stat null_status, status;

	return stat("/dev/null", &null_status) == 0 && fstat(descriptor, &status) == 0 &&
	       status.st_rdev == null_status.st_rdev && S_ISCHR(status.st_mode);
}

static bool are_null(void)
{
	return is_null(STDIN_FILENO) && is_null(STDOUT_FILENO) && is_null(STDERR_FILENO);
}

static void wait_for_go(void)
{
	/* Opening it waits for the other side. */
	close(open(scratch_path("go"), O_RDONLY));
}

static unsigned count_strays(void)
{
	unsigned count = 0;

	for (int descriptor = STDERR_FILENO + 1; descriptor < 256; descriptor++)
		count += fcntl(descriptor, F_GETFD) >= 0;
	return count;
}

static void tell(const struct report *report)
{
	int descriptor = open(scratch_path("report"), O_WRONLY);

	(void)!write(descriptor, report, sizeof(*report));
	close(descriptor);
}

static void become_ready(void)
{
	const char *passed = getenv("LISTEN_PID");
	struct report report = {.process = getpid(), .session = getsid(0)};

	report.mask = umask(0);
	report.null_before = is_null(STDERR_FILENO);
	report.socket_is_ours = passed && atol(passed) == (long)getpid();
	wait_for_go();
	background_ready();
	report.null_after = are_null();
	if (!getcwd(report.directory, sizeof(report.directory)))
		report.directory[0] = '\0';
	report.strays = count_strays();
	tell(&report);
	background_ready(); /* no harm in saying it twice */
	background_failed(1);
	_exit(0);
}

static void fail_with_a_reason(void)
{
	fputs("the reason\n", stderr);
	background_failed(3);
	_exit(1);
}

static void exit_without_a_word(void)
{
	_exit(5);
}

static void exit_with_success_too_early(void)
{
	_exit(0);
}

static void die(void)
{
	raise(SIGKILL);
}

/* Starts a program that goes into the background, where it runs DAEMON. Returns its parent. */
static pid_t start(void (*daemon)(void), bool passed)
{
	struct lvmpolld_error error;
	int status = 0;
	pid_t child;

	ck_assert_int_eq(pipe2(stderr_pipe, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		char own[32];

		umask(0);
		dup2(stderr_pipe[1], STDERR_FILENO);
		close(stderr_pipe[1]);
		dup2(STDIN_FILENO, STDERR_FILENO + 1);
		dup2(STDIN_FILENO, 200);
		snprintf(own, sizeof(own), "%ld", passed ? (long)getpid() : 1L);
		setenv("LISTEN_PID", own, 1);
		setenv("LISTEN_FDS", "1", 1);
		if (background_enter(&status, &error) == 0)
			daemon();
		_exit(status);
	}
	close(stderr_pipe[1]);
	return child;
}

/* The parent's exit status; -1 where a signal ended it. */
static int wait_for(pid_t parent)
{
	int status;

	ck_assert_int_eq(waitpid(parent, &status, 0), parent);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* All that parent and daemon wrote to standard error. */
static const char *read_stderr(void)
{
	static char text[1024];
	size_t length = 0;
	ssize_t count;

	while ((count = read(stderr_pipe[0], text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)count;
	text[length] = '\0';
	return text;
}

static void let_go(void)
{
	close(open(scratch_path("go"), O_WRONLY));
}

/* The daemon does not end before it has told. */
static struct report read_report(void)
{
	struct report report;
	int descriptor = open(scratch_path("report"), O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(read(descriptor, &report, sizeof(report)), sizeof(report));
	close(descriptor);
	return report;
}

static struct report run_until_ready(bool passed)
{
	struct report report;
	pid_t parent = start(become_ready, passed);

	let_go();
	ck_assert_int_eq(wait_for(parent), 0);
	report = read_report();
	ck_assert_str_eq(read_stderr(), "");
	ck_assert_int_ne(report.process, parent);
	return report;
}

START_TEST(background_daemon_has_a_session_of_its_own)
{
	struct report report = run_until_ready(false);

	ck_assert_int_eq(report.session, report.process);
	ck_assert_str_eq(report.directory, "/");
	ck_assert_uint_eq(report.mask, 022);
}
END_TEST

START_TEST(background_daemon_keeps_stderr_until_it_is_ready)
{
	struct report report = run_until_ready(false);

	ck_assert(!report.null_before);
	ck_assert(report.null_after);
}
END_TEST

START_TEST(background_daemon_gets_the_socket_of_its_parent)
{
	struct report report = run_until_ready(true);

	ck_assert(report.socket_is_ours);
	ck_assert_uint_eq(report.strays, 1);
}
END_TEST

START_TEST(background_daemon_leaves_a_socket_to_another_process)
{
	ck_assert(!run_until_ready(false).socket_is_ours);
}
END_TEST

START_TEST(background_daemon_keeps_nothing_that_it_inherits)
{
	ck_assert_uint_eq(run_until_ready(false).strays, 0);
}
END_TEST

START_TEST(background_parent_waits_until_the_daemon_is_ready)
{
	pid_t parent = start(become_ready, false);
	struct pollfd exit = {.fd = (int)syscall(SYS_pidfd_open, parent, 0), .events = POLLIN};

	ck_assert_int_ge(exit.fd, 0);
	ck_assert_int_eq(poll(&exit, 1, NOT_YET_MS), 0);
	let_go();
	ck_assert_int_eq(poll(&exit, 1, SUITE_TIMEOUT_S * 1000), 1);
	ck_assert_int_eq(wait_for(parent), 0);
	ck_assert_int_ne(read_report().process, parent);
	close(exit.fd);
}
END_TEST

static const struct {
	void (*daemon)(void);
	int status;
	const char *said;
} failures[] = {
	{fail_with_a_reason, 3, "the reason\n"},
	{exit_without_a_word, 5, "lvmpolld: the daemon exited with status 5 before it was ready\n"},
	{exit_with_success_too_early, 1,
		"lvmpolld: the daemon exited with status 0 before it was ready\n"},
	{die, 1, "lvmpolld: the daemon was ended by signal 9 (Killed) before it was ready\n"},
};

START_TEST(background_parent_tells_each_failure)
{
	pid_t parent = start(failures[_i].daemon, false);

	ck_assert_str_eq(read_stderr(), failures[_i].said);
	ck_assert_int_eq(wait_for(parent), failures[_i].status);
}
END_TEST

START_TEST(background_calls_do_nothing_in_the_foreground)
{
	bool before = is_null(STDERR_FILENO), null_input = is_null(STDIN_FILENO);

	background_ready();
	background_failed(1);
	ck_assert_int_eq(is_null(STDERR_FILENO), before);
	ck_assert_int_eq(is_null(STDIN_FILENO), null_input);
}
END_TEST

static void create_pipes(void)
{
	scratch_create();
	ck_assert_int_eq(mkfifo(scratch_path("go"), 0600), 0);
	ck_assert_int_eq(mkfifo(scratch_path("report"), 0600), 0);
}

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(background_daemon_has_a_session_of_its_own),
		SUITE_TEST(background_daemon_keeps_stderr_until_it_is_ready),
		SUITE_TEST(background_daemon_gets_the_socket_of_its_parent),
		SUITE_TEST(background_daemon_leaves_a_socket_to_another_process),
		SUITE_TEST(background_daemon_keeps_nothing_that_it_inherits),
		SUITE_TEST(background_parent_waits_until_the_daemon_is_ready),
		SUITE_LOOP(background_parent_tells_each_failure, SUITE_COUNT(failures)),
		SUITE_TEST(background_calls_do_nothing_in_the_foreground),
	};

	return suite_run_fixture(
		"background", tests, SUITE_COUNT(tests), create_pipes, scratch_remove);
}
