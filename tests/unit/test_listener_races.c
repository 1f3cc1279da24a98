/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket, while other processes watch it, connect, or open the same path. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "service/listener.h"
#include "sockets.h"
#include "suite.h"

#define RACERS 4

/*
 * Enough for an observer to hit a gap of a few microseconds sooner or later; below the usual limit
 * of descriptors, all of which one of the tests keeps open.
 */
#define RACE_TURNS 900
#define RACE_LOOPS 6

static struct lvmpolld_error error;

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
}
END_TEST

/* Whatever name it has while it is made ready. */
static void check_modes(void)
{
	DIR *directory = opendir(scratch_directory);
	struct dirent *entry;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory))) {
		struct stat status;

		if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISSOCK(status.st_mode))
			ck_assert_uint_eq(status.st_mode & 0177, 0);
	}
	closedir(directory);
}

START_TEST(listener_is_never_open_to_others)
{
	mode_t former = umask(0);
	pid_t child = start_daemons(listener_close);

	umask(former);
	while (is_running(child))
		check_modes();
}
END_TEST

/* Still listening, since a client that found the path just before may connect just after. */
static void end_listening(struct listener *listener)
{
	unlink(listener->path);
	free(listener->path);
}

/* The observer sees no path, or connects: never a path that refuses. */
START_TEST(listener_appears_only_when_it_accepts)
{
	pid_t child = start_daemons(end_listening);

	while (is_running(child)) {
		int result = sockets_connect(scratch_path("socket"));

		ck_assert_msg(result >= 0 || result == -ENOENT, "%s", strerror(-result));
		if (result >= 0)
			close(result);
	}
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
	for (int i = 0; i < RACERS; i++) {
		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (children[i] == 0) {
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

	close(sockets_bind(scratch_path("socket"), SOCK_STREAM, -1));
	ck_assert_int_eq(pipe2(start, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(result, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(life, O_CLOEXEC), 0);
	start_racers(children, start[0], result[1], life);
	ck_assert_int_eq(write(start[1], "ssss", RACERS), RACERS);
	for (int i = 0; i < RACERS; i++) {
		ck_assert_int_eq(read(result[0], &results[i], 1), 1);
		winners += results[i] == 'w';
	}
	connection = sockets_connect(scratch_path("socket"));
	ck_assert_int_ge(connection, 0);
	close(connection);
	close(life[1]);
	for (int i = 0; i < RACERS; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(winners, 1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(listener_replaces_a_stale_socket_without_a_gap, RACE_LOOPS),
		SUITE_LOOP(listener_is_never_open_to_others, RACE_LOOPS),
		SUITE_LOOP(listener_appears_only_when_it_accepts, RACE_LOOPS),
		SUITE_LOOP(listener_has_one_winner_of_a_stale_socket, 20),
	};

	return suite_run_fixture(
		"listener_races", tests, SUITE_COUNT(tests), scratch_create, scratch_remove);
}
