/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes: what becomes of one that is left, ended, asked, forgotten or adopted. */
#include "config.h"

#include "process_fixture.h"

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
		SUITE_TEST(process_that_may_outlive_us_runs_on_unwatched),
		SUITE_TEST(process_is_terminated_again_and_again_until_it_is_gone),
		SUITE_LOOP(process_is_answered_what_it_asks, SUITE_COUNT(answers)),
		SUITE_TEST(process_that_nobody_answers_reads_the_end_of_its_input),
		SUITE_TEST(process_that_is_forgotten_reads_the_end_of_its_input),
		SUITE_TEST(process_of_the_same_number_is_not_adopted),
		SUITE_TEST(process_that_is_forgotten_runs_on),
		SUITE_TEST(process_of_ours_is_adopted_whenever_it_was_started),
	};

	return suite_run_fixture(
		"process_lives", tests, SUITE_COUNT(tests), create_base, free_base);
}
