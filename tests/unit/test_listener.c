/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket: making it, and the rules for replacing another one. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "service/listener.h"
#include "sockets.h"
#include "suite.h"

static struct lvmpolld_error error;

static struct listener open_at(const char *path)
{
	struct listener listener;

	ck_assert_msg(listener_open(&listener, path, &error) == 0, "%s", error.sentence);
	return listener;
}

static void check_refused(const char *path, int code, const char *sentence)
{
	struct listener listener;

	ck_assert_int_eq(listener_open(&listener, path, &error), -code);
	ck_assert_msg(strstr(error.sentence, sentence), "%s", error.sentence);
	ck_assert_int_lt(listener.descriptor, 0);
	listener_close(&listener);
}

/* Nothing but EXPECTED names may be left in the directory, whatever happened. */
static void check_entries(int expected)
{
	char command[128];

	snprintf(command, sizeof(command), "test \"$(ls -A %s | wc -l)\" = %d", scratch_directory,
		expected);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(listener_accepts_at_once)
{
	struct listener listener = open_at(scratch_path("socket"));
	int connection = sockets_connect(scratch_path("socket"));
	int accepted = accept(listener.descriptor, NULL, NULL);

	ck_assert_int_ge(connection, 0);
	ck_assert_int_ge(accepted, 0);
	ck_assert_int_eq(accept(listener.descriptor, NULL, NULL), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(fcntl(listener.descriptor, F_GETFD), FD_CLOEXEC);
	close(accepted);
	close(connection);
	listener_close(&listener);
}
END_TEST

static const mode_t masks[] = {0, 022, 077, 0777};

START_TEST(listener_is_for_its_owner_alone)
{
	mode_t former = umask(masks[_i]);
	struct listener listener = open_at(scratch_path("socket"));
	struct stat status;

	umask(former);
	ck_assert_int_eq(lstat(scratch_path("socket"), &status), 0);
	ck_assert_uint_eq(status.st_mode, S_IFSOCK | 0600);
	listener_close(&listener);
}
END_TEST

START_TEST(listener_removes_its_path_when_closed)
{
	struct listener listener = open_at(scratch_path("socket"));

	check_entries(1);
	listener_close(&listener);
	check_entries(0);
	listener_close(&listener);
}
END_TEST

START_TEST(listener_leaves_a_path_that_is_not_its_own)
{
	struct listener listener = open_at(scratch_path("socket"));
	int other;

	ck_assert_int_eq(unlink(scratch_path("socket")), 0);
	other = sockets_bind(scratch_path("socket"), SOCK_STREAM, 1);
	listener_close(&listener);
	ck_assert_int_eq(access(scratch_path("socket"), F_OK), 0);
	close(other);
}
END_TEST

static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

START_TEST(listener_replaces_a_stale_socket)
{
	struct listener listener;

	close(sockets_bind(scratch_path("socket"), types[_i], -1));
	listener = open_at(scratch_path("socket"));
	close(sockets_connect(scratch_path("socket")));
	listener_close(&listener);
	check_entries(0);
}
END_TEST

START_TEST(listener_refuses_a_socket_in_use)
{
	struct listener listener = open_at(scratch_path("socket"));
	int connection;

	check_refused(scratch_path("socket"), EADDRINUSE, "another process listens");
	connection = sockets_connect(scratch_path("socket"));
	ck_assert_int_ge(connection, 0);
	close(connection);
	listener_close(&listener);
}
END_TEST

/* It accepts nothing any more, but it is alive. */
START_TEST(listener_refuses_a_socket_whose_backlog_is_full)
{
	int other = sockets_bind(scratch_path("socket"), SOCK_STREAM, 0);
	int connections[16];
	int count = 0;

	while (count < 16 && (connections[count] = sockets_connect(scratch_path("socket"))) >= 0)
		count++;
	ck_assert_int_lt(count, 16);
	ck_assert_int_eq(connections[count], -EAGAIN);
	check_refused(scratch_path("socket"), EADDRINUSE, "another process listens");
	while (count-- > 0)
		close(connections[count]);
	close(other);
}
END_TEST

START_TEST(listener_refuses_a_living_socket_of_another_type)
{
	int other = sockets_bind(scratch_path("socket"), SOCK_DGRAM, -1);

	check_refused(scratch_path("socket"), EADDRINUSE, "another process listens");
	close(other);
}
END_TEST

START_TEST(listener_refuses_what_is_not_a_socket)
{
	FILE *file = fopen(scratch_path("file"), "we");

	ck_assert_ptr_nonnull(file);
	fputs("precious", file);
	fclose(file);
	ck_assert_int_eq(symlink(scratch_path("file"), scratch_path("link")), 0);
	check_refused(scratch_path("file"), ENOTSOCK, "is not a socket");
	check_refused(scratch_path("link"), ENOTSOCK, "is not a socket");
	check_refused(scratch_directory, ENOTSOCK, "is not a socket");
	check_refused(scratch_path("file/socket"), ENOTDIR, scratch_path("file"));
	check_entries(2);
}
END_TEST

START_TEST(listener_creates_the_last_directory_only)
{
	struct listener listener = open_at(scratch_path("run/socket"));
	struct stat status;

	ck_assert_int_eq(stat(scratch_path("run"), &status), 0);
	ck_assert_uint_eq(status.st_mode, S_IFDIR | 0700);
	listener_close(&listener);
	check_refused(scratch_path("a/b/socket"), ENOENT, scratch_path("a/b/"));
	check_refused(scratch_path("a/"), EINVAL, "has no name");
	check_refused("", EINVAL, "has no name");
}
END_TEST

START_TEST(listener_takes_a_relative_path)
{
	struct listener listener;

	ck_assert_int_eq(chdir(scratch_directory), 0);
	listener = open_at("socket");
	close(sockets_connect(scratch_path("socket")));
	listener_close(&listener);
	check_entries(0);
	ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* 107 characters is what a socket's address holds. */
START_TEST(listener_takes_a_path_as_long_as_can_be)
{
	char path[128];
	struct listener listener;

	memset(path, 'x', sizeof(path));
	memcpy(path, scratch_directory, strlen(scratch_directory));
	path[strlen(scratch_directory)] = '/';
	path[107] = '\0';
	listener = open_at(path);
	ck_assert_str_eq(listener.path, path);
	listener_close(&listener);
	path[107] = 'x';
	path[108] = '\0';
	check_refused(path, ENAMETOOLONG, "at most 107 characters");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(listener_accepts_at_once),
		SUITE_LOOP(listener_is_for_its_owner_alone, SUITE_COUNT(masks)),
		SUITE_TEST(listener_removes_its_path_when_closed),
		SUITE_TEST(listener_leaves_a_path_that_is_not_its_own),
		SUITE_LOOP(listener_replaces_a_stale_socket, SUITE_COUNT(types)),
		SUITE_TEST(listener_refuses_a_socket_in_use),
		SUITE_TEST(listener_refuses_a_socket_whose_backlog_is_full),
		SUITE_TEST(listener_refuses_a_living_socket_of_another_type),
		SUITE_TEST(listener_refuses_what_is_not_a_socket),
		SUITE_TEST(listener_creates_the_last_directory_only),
		SUITE_TEST(listener_takes_a_relative_path),
		SUITE_TEST(listener_takes_a_path_as_long_as_can_be),
	};

	return suite_run_fixture(
		"listener", tests, SUITE_COUNT(tests), scratch_create, scratch_remove);
}
