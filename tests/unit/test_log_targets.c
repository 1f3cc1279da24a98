/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log's targets: what each receives; none of them can block the daemon. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "log/journal.h"
#include "log/syslog.h"
#include "log/targets.h"
#include "log_fixture.h"
#include "suite.h"

static int listen_at(const char *name, const char **path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*path = scratch_path(name);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", *path);
	ck_assert_int_eq(bind(descriptor, (const struct sockaddr *)&address, sizeof(address)), 0);
	return descriptor;
}

/* Writes until the pipe is full, which must not take for ever. Returns how many lines. */
static unsigned overflow(void)
{
	for (unsigned line = 0; line < 10000; line++)
		log_warn("%0500u", line);
	return 10000;
}

static unsigned count_lines(const char *text)
{
	unsigned count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

START_TEST(full_pipe_loses_lines_and_tells_how_many)
{
	unsigned written = overflow();
	unsigned kept = count_lines(received(pipe_end));
	char expected[256];

	ck_assert_uint_gt(kept, 0);
	ck_assert_uint_lt(kept, written);
	log_warn("again");
	log_warn("once more");
	snprintf(expected, sizeof(expected),
		"lvmpolld: warn: lines lost here, because standard error did not take them: %u\n"
		"lvmpolld: warn: again\nlvmpolld: warn: once more\n",
		written - kept);
	ck_assert_str_eq(received(pipe_end), expected);
}
END_TEST

START_TEST(full_socket_loses_lines_and_begins_anew)
{
	unsigned written = 10000, kept = 0, told = 0;
	int ends[2];
	char *rest;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	overflow();
	while (*received(ends[0]) != '\0')
		kept++;
	ck_assert_uint_gt(kept, 0);
	log_warn("again");
	rest = (char *)received(ends[0]);
	if (rest[0] == '\n')
		rest++;
	ck_assert_int_eq(sscanf(rest,
				 "lvmpolld: warn: lines lost here, because standard error did not "
				 "take them: %u\n",
				 &told),
		1);
	ck_assert_uint_gt(told, 0);
	ck_assert_uint_lt(told, written);
	while (!strstr(rest, "again"))
		rest = (char *)received(ends[0]);
	ck_assert_ptr_nonnull(strstr(rest, "lvmpolld: warn: again\n"));
}
END_TEST

START_TEST(closed_standard_error_does_no_harm)
{
	const char *path;
	int receiver = listen_at("log", &path);

	log_syslog_path = path;
	close(STDERR_FILENO);
	configure(LOG_LEVEL_WARN, LOG_TARGET_STDERR | LOG_TARGET_SYSLOG);
	log_warn("text");
	ck_assert_ptr_nonnull(strstr(received(receiver), "]: text"));
}
END_TEST

START_TEST(reader_that_left_does_no_harm)
{
	/* As main does. */
	signal(SIGPIPE, SIG_IGN);
	close(pipe_end);
	log_warn("text");
	log_warn("text");
}
END_TEST

START_TEST(detached_standard_error_gets_nothing)
{
	log_detach_stderr();
	log_fatal("text");
	configure(LOG_LEVEL_DEBUG, LOG_TARGET_STDERR);
	log_fatal("text");
	ck_assert_str_eq(received(pipe_end), "");
	ck_assert_uint_eq(log_settings_in_force().targets, LOG_TARGET_STDERR);
}
END_TEST

START_TEST(syslog_gets_priority_and_process)
{
	const char *path, *text;
	int receiver = listen_at("log", &path);
	char ending[64];

	log_syslog_path = path;
	configure(LOG_LEVEL_INFO, LOG_TARGET_SYSLOG);
	log_info("some %s", "text");
	text = received(receiver);
	/* Facility daemon is 3, info is 6. */
	ck_assert_int_eq(strncmp(text, "<30>", 4), 0);
	snprintf(ending, sizeof(ending), " lvmpolld[%d]: some text", (int)getpid());
	ck_assert_str_eq(text + strlen(text) - strlen(ending), ending);
	log_error("worse");
	ck_assert_int_eq(strncmp(received(receiver), "<27>", 4), 0);
	ck_assert_str_eq(received(pipe_end), "");
}
END_TEST

START_TEST(syslog_that_hangs_loses_lines_and_is_told_later)
{
	const char *path;
	int receiver = listen_at("log", &path);
	unsigned told = 0, kept = 0, written;

	log_syslog_path = path;
	configure(LOG_LEVEL_WARN, LOG_TARGET_SYSLOG);
	written = overflow();
	while (*received(receiver) != '\0')
		kept++;
	log_warn("again");
	ck_assert_int_eq(sscanf(strstr(received(receiver), "]: "),
				 "]: lines lost here, because syslog did not take them: %u", &told),
		1);
	ck_assert_uint_eq(told, written - kept);
	ck_assert_ptr_nonnull(strstr(received(receiver), "]: again"));
}
END_TEST

START_TEST(syslog_that_starts_again_is_found)
{
	const char *path;
	int receiver = listen_at("log", &path);

	log_syslog_path = path;
	configure(LOG_LEVEL_WARN, LOG_TARGET_SYSLOG);
	log_warn("one");
	close(receiver);
	unlink(path);
	log_warn("two");
	receiver = listen_at("log", &path);
	log_syslog_path = path;
	log_warn("three");
	ck_assert_ptr_nonnull(strstr(received(receiver), "did not take them: 1"));
	ck_assert_ptr_nonnull(strstr(received(receiver), "]: three"));
}
END_TEST

START_TEST(journal_gets_fields)
{
	const struct log_subject subject = {.vg_name = "vg",
		.lv_name = "lv",
		.lvid = "id\nMESSAGE=forged",
		.operation = "pvmove",
		.message = LOG_MESSAGE_FAILED,
		.result = "signal 9"};
	const char *path;
	int receiver = listen_at("journal", &path);

	log_journal_path = path;
	configure(LOG_LEVEL_WARN, LOG_TARGET_JOURNAL);
	log_write_subject(LOG_LEVEL_ERROR, &subject, "bad\nnews");
	ck_assert_str_eq(received(receiver),
		"MESSAGE=vg/lv (pvmove): bad\\012news\nPRIORITY=3\nSYSLOG_IDENTIFIER=lvmpolld\n"
		"SYSLOG_FACILITY=3\nLVM_VG=vg\nLVM_LV=lv\nLVM_LVID=id\\012MESSAGE=forged\n"
		"LVM_OPERATION=pvmove\nLVM_RESULT=signal 9\n"
		"MESSAGE_ID=01a3f9bd8fbf484599637a24b9dd589f\n");
}
END_TEST

START_TEST(journal_that_is_not_there_is_told)
{
	char expected[256];

	log_journal_path = scratch_path("journal");
	configure(LOG_LEVEL_WARN, LOG_TARGET_STDERR | LOG_TARGET_JOURNAL);
	snprintf(expected, sizeof(expected),
		"lvmpolld: warn: nobody listens on %s, so the log does not get to the journal\n",
		log_journal_path);
	ck_assert_str_eq(received(pipe_end), expected);
}
END_TEST

/* Under systemd standard error and syslog both end in the journal: one line is enough. */
START_TEST(no_line_gets_to_the_journal_twice)
{
	const char *path;
	int receiver = listen_at("journal", &path);
	struct stat status;
	char stream[64];

	ck_assert_int_eq(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
		(unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_journal_path = scratch_path("nobody");
	configure(LOG_LEVEL_WARN, LOG_TARGET_STDERR);
	log_warn("without a journal");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: warn: without a journal\n");
	log_journal_path = path;
	configure(LOG_LEVEL_WARN, LOG_TARGET_STDERR);
	log_warn("with one");
	ck_assert_str_eq(received(pipe_end), "");
	ck_assert_int_eq(strncmp(received(receiver), "MESSAGE=with one\n", 17), 0);
	ck_assert_str_eq(received(receiver), "");
	setenv("JOURNAL_STREAM", "1:2", 1);
	configure(LOG_LEVEL_WARN, LOG_TARGET_STDERR);
	log_warn("other stream");
	ck_assert_str_eq(received(pipe_end), "lvmpolld: warn: other stream\n");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(full_pipe_loses_lines_and_tells_how_many),
		SUITE_TEST(full_socket_loses_lines_and_begins_anew),
		SUITE_TEST(closed_standard_error_does_no_harm),
		SUITE_TEST(reader_that_left_does_no_harm),
		SUITE_TEST(detached_standard_error_gets_nothing),
		SUITE_TEST(syslog_gets_priority_and_process),
		SUITE_TEST(syslog_that_hangs_loses_lines_and_is_told_later),
		SUITE_TEST(syslog_that_starts_again_is_found),
		SUITE_TEST(journal_gets_fields),
		SUITE_TEST(journal_that_is_not_there_is_told),
		SUITE_TEST(no_line_gets_to_the_journal_twice),
	};

	return suite_run_fixture("log_targets", tests, SUITE_COUNT(tests), set_up, tear_down);
}
