/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket: our own, and the rules for taking a place over. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/listener.h"
#include "scratch.h"
#include "suite.h"

#define RACERS     4
#define RACE_TURNS 50

static struct lvmpolld_error error;

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	return address;
}

/* Returns a connection, or a negative errno. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int code;

	ck_assert_int_ge(descriptor, 0);
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	code = errno;
	close(descriptor);
	return -code;
}

/* A socket of TYPE at PATH, listening where BACKLOG is not negative. */
static int bind_at(const char *path, int type, int backlog)
{
	struct sockaddr_un address = address_of(path);
	int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	if (backlog >= 0)
		ck_assert_int_eq(listen(descriptor, backlog), 0);
	return descriptor;
}

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
	ck_assert_msg(strstr(error.sentence, sentence) != NULL, "%s", error.sentence);
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
	int connection = connect_to(scratch_path("socket"));
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
	other = bind_at(scratch_path("socket"), SOCK_STREAM, 1);
	listener_close(&listener);
	ck_assert_int_eq(access(scratch_path("socket"), F_OK), 0);
	close(other);
}
END_TEST

static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

START_TEST(listener_replaces_a_stale_socket)
{
	struct listener listener;

	close(bind_at(scratch_path("socket"), types[_i], -1));
	listener = open_at(scratch_path("socket"));
	close(connect_to(scratch_path("socket")));
	listener_close(&listener);
	check_entries(0);
}
END_TEST

START_TEST(listener_refuses_a_socket_in_use)
{
	struct listener listener = open_at(scratch_path("socket"));
	int connection;

	check_refused(scratch_path("socket"), EADDRINUSE, "another process listens");
	connection = connect_to(scratch_path("socket"));
	ck_assert_int_ge(connection, 0);
	close(connection);
	listener_close(&listener);
}
END_TEST

/* It accepts nothing any more, but it is alive. */
START_TEST(listener_refuses_a_socket_whose_backlog_is_full)
{
	int other = bind_at(scratch_path("socket"), SOCK_STREAM, 0);
	int connections[16];
	int count = 0;

	while (count < 16 && (connections[count] = connect_to(scratch_path("socket"))) >= 0)
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
	int other = bind_at(scratch_path("socket"), SOCK_DGRAM, -1);

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
	close(connect_to(scratch_path("socket")));
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

/* Opens the socket again and again; END leaves a socket as a daemon would that does so. */
static pid_t start_daemons(void (*end)(struct listener *listener))
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child > 0)
		return child;
	for (int turn = 0; turn < RACE_TURNS; turn++) {
		struct listener listener;

		if (listener_open(&listener, scratch_path("socket"), &error) != 0)
			_exit(1);
		end(&listener);
	}
	_exit(0);
}

static bool is_running(pid_t child)
{
	int status;

	if (waitpid(child, &status, WNOHANG) == 0)
		return true;
	ck_assert_int_eq(status, 0);
	return false;
}

static void end_killed(struct listener *listener)
{
	close(listener->descriptor);
	free(listener->path);
}

START_TEST(listener_replaces_a_stale_socket_without_a_gap)
{
	pid_t child = start_daemons(end_killed);
	bool seen = false;

	while (is_running(child)) {
		bool is_there = access(scratch_path("socket"), F_OK) == 0;

		ck_assert(is_there || !seen);
		seen = is_there;
	}
	check_entries(1);
}
END_TEST

/* The observer sees no path, or connects: never a path that refuses. */
START_TEST(listener_appears_only_when_it_accepts)
{
	pid_t child = start_daemons(listener_close);

	while (is_running(child)) {
		int result = connect_to(scratch_path("socket"));

		ck_assert_msg(result >= 0 || result == -ENOENT, "%s", strerror(-result));
		if (result >= 0)
			close(result);
	}
	check_entries(0);
}
END_TEST

/* One of the daemons that start at once: says "w" where it got the place and "l" where not. */
static void race(int start, int result, int life)
{
	struct listener listener;
	char byte;
	bool won;

	(void)!read(start, &byte, 1);
	won = listener_open(&listener, scratch_path("socket"), &error) == 0;
	(void)!write(result, won ? "w" : "l", 1);
	(void)!read(life, &byte, 1);
	_exit(won || error.code == EADDRINUSE ? 0 : 1);
}

static void start_racers(pid_t children[RACERS], int start, int result, const int life[2])
{
	for (int index = 0; index < RACERS; index++) {
		children[index] = fork();
		ck_assert_int_ge(children[index], 0);
		if (children[index] == 0) {
			close(life[1]);
			race(start, result, life[0]);
		}
	}
}

START_TEST(listener_has_one_winner_of_a_stale_socket)
{
	int start[2], result[2], life[2], connection;
	char results[RACERS];
	pid_t children[RACERS];
	int winners = 0, status;

	close(bind_at(scratch_path("socket"), SOCK_STREAM, -1));
	ck_assert_int_eq(pipe2(start, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(result, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(life, O_CLOEXEC), 0);
	start_racers(children, start[0], result[1], life);
	ck_assert_int_eq(write(start[1], "ssss", RACERS), RACERS);
	for (int index = 0; index < RACERS; index++) {
		ck_assert_int_eq(read(result[0], &results[index], 1), 1);
		winners += results[index] == 'w';
	}
	connection = connect_to(scratch_path("socket"));
	ck_assert_int_ge(connection, 0);
	close(connection);
	close(life[1]);
	for (int index = 0; index < RACERS; index++) {
		ck_assert_int_eq(waitpid(children[index], &status, 0), children[index]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(winners, 1);
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
		SUITE_TEST(listener_replaces_a_stale_socket_without_a_gap),
		SUITE_TEST(listener_appears_only_when_it_accepts),
		SUITE_LOOP(listener_has_one_winner_of_a_stale_socket, 20),
	};

	return suite_run_fixture(
		"listener", tests, SUITE_COUNT(tests), scratch_create, scratch_remove);
}
