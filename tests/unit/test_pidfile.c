/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pid file: one living daemon for a file; a dead one does not keep others out. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "service/pidfile.h"
#include "suite.h"

#define RACERS     4
#define RACE_TURNS 300

static struct lvmpolld_error error;

static const char *read_file(const char *path)
{
	static char text[256];
	FILE *file = fopen(path, "re");

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	fclose(file);
}

static const char *own_id(void)
{
	static char text[32];

	snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	return text;
}

/* Starts a child that runs ACT and then lives until its standard input, a pipe, is closed. */
static pid_t start_child(const char *path, void (*act)(const char *path), int *end_of_child)
{
	int ready[2], life[2];
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(life, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(life[1]);
		dup2(life[0], STDIN_FILENO);
		act(path);
		/* What is executed next inherits what a child of the daemon would. */
		dup2(ready[1], STDOUT_FILENO);
		execlp("sh", "sh", "-c", "echo; exec >&-; read line", NULL);
		_exit(127);
	}
	close(ready[1]);
	close(life[0]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*end_of_child = life[1];
	return child;
}

static void end_child(pid_t child, int end_of_child)
{
	close(end_of_child);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void do_nothing(const char *path)
{
	(void)path;
}

START_TEST(pidfile_holds_the_process_id)
{
	const char *path = scratch_path("pid");
	int descriptor = pidfile_create(path, &error);

	ck_assert_msg(descriptor >= 0, "%s", error.sentence);
	ck_assert_str_eq(read_file(path), own_id());
	ck_assert_int_eq(fcntl(descriptor, F_GETFD), FD_CLOEXEC);
	pidfile_remove(path, descriptor);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(pidfile_takes_a_stale_one_over)
{
	const char *path = scratch_path("pid");
	int descriptor;

	write_file(path, "123456789012345\nand a longer text than ours\n");
	descriptor = pidfile_create(path, &error);
	ck_assert_msg(descriptor >= 0, "%s", error.sentence);
	ck_assert_str_eq(read_file(path), own_id());
	pidfile_remove(path, descriptor);
}
END_TEST

START_TEST(pidfile_refuses_a_second_daemon)
{
	const char *path = scratch_path("pid");
	int descriptor = pidfile_create(path, &error);
	char expected[64];

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(pidfile_create(path, &error), -EEXIST);
	snprintf(expected, sizeof(expected), "process id %ld", (long)getpid());
	ck_assert_ptr_nonnull(strstr(error.sentence, expected));
	ck_assert_ptr_nonnull(strstr(error.sentence, path));
	ck_assert_str_eq(read_file(path), own_id());
	pidfile_remove(path, descriptor);
}
END_TEST

/* As stock lvmpolld does it: a record lock, which belongs to the process. */
static void lock_like_stock(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int descriptor = open(path, O_RDWR | O_CREAT, 0644);

	if (descriptor < 0 || fcntl(descriptor, F_SETLK, &lock) != 0)
		_exit(1);
}

START_TEST(pidfile_is_refused_while_stock_holds_it)
{
	const char *path = scratch_path("pid");
	char expected[64];
	int end_of_child, descriptor;
	pid_t child = start_child(path, lock_like_stock, &end_of_child);

	ck_assert_int_eq(pidfile_create(path, &error), -EEXIST);
	snprintf(expected, sizeof(expected), "process id %ld", (long)child);
	ck_assert_msg(strstr(error.sentence, expected), "%s", error.sentence);
	end_child(child, end_of_child);

	descriptor = pidfile_create(path, &error);
	ck_assert_msg(descriptor >= 0, "%s", error.sentence);
	pidfile_remove(path, descriptor);
}
END_TEST

START_TEST(pidfile_lock_does_not_go_to_children)
{
	const char *path = scratch_path("pid");
	int descriptor = pidfile_create(path, &error);
	int end_of_child;
	pid_t child;

	ck_assert_int_ge(descriptor, 0);
	child = start_child(path, do_nothing, &end_of_child);
	close(descriptor); /* as if the daemon had been killed */
	descriptor = pidfile_create(path, &error);
	ck_assert_msg(descriptor >= 0, "%s", error.sentence);
	pidfile_remove(path, descriptor);
	end_child(child, end_of_child);
}
END_TEST

static void create_and_fork(const char *path)
{
	/* The file's creator exits; the process that it forked holds the lock and goes on. */
	if (pidfile_create(path, &error) < 0)
		_exit(1);
	if (fork() > 0)
		_exit(0);
}

START_TEST(pidfile_lock_stays_with_a_forked_daemon)
{
	const char *path = scratch_path("pid");
	int life[2], ready[2];
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe2(life, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		close(life[1]);
		create_and_fork(path);
		(void)!write(ready[1], "", 1);
		(void)!read(life[0], &byte, 1);
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(pidfile_create(path, &error), -EEXIST);
	close(life[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 0); /* gone */
}
END_TEST

START_TEST(pidfile_does_not_follow_a_link)
{
	const char *path = scratch_path("pid"), *target = scratch_path("target");

	write_file(target, "precious");
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(pidfile_create(path, &error), -ELOOP);
	ck_assert_ptr_nonnull(strstr(error.sentence, "symbolic link"));
	ck_assert_str_eq(read_file(target), "precious");
}
END_TEST

START_TEST(pidfile_refuses_what_is_no_file)
{
	const char *path = scratch_path("pid");

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(pidfile_create(path, &error), -EINVAL);
	ck_assert_int_eq(pidfile_create(scratch_directory, &error), -EISDIR);
	ck_assert_int_eq(pidfile_create(scratch_path("missing/pid"), &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error.sentence, scratch_path("missing/pid")));
}
END_TEST

START_TEST(pidfile_leaves_a_file_that_is_not_its_own)
{
	const char *path = scratch_path("pid");
	int descriptor = pidfile_create(path, &error);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(unlink(path), 0);
	write_file(path, "somebody else's");
	pidfile_remove(path, descriptor);
	ck_assert_str_eq(read_file(path), "somebody else's");
}
END_TEST

/* Returns how often this process was not alone with the lock. */
static int race(const char *path, atomic_int *owners)
{
	int faults = 0;

	for (int turn = 0; turn < RACE_TURNS;) {
		int descriptor = pidfile_create(path, &error);

		if (descriptor < 0)
			continue;
		turn++;
		faults += atomic_fetch_add(owners, 1) != 0;
		faults += strcmp(read_file(path), own_id()) != 0;
		atomic_fetch_sub(owners, 1);
		pidfile_remove(path, descriptor);
	}
	return faults;
}

/* Each removal falls between somebody's opening and locking sooner or later. */
START_TEST(pidfile_has_one_owner_whoever_comes_and_goes)
{
	const char *path = scratch_path("pid");
	atomic_int *owners = mmap(
		NULL, sizeof(*owners), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[RACERS];

	ck_assert_ptr_ne(owners, MAP_FAILED);
	for (int i = 0; i < RACERS; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(race(path, owners) == 0 ? 0 : 1);
	}
	for (int i = 0; i < RACERS; i++) {
		int status;

		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(pidfile_holds_the_process_id),
		SUITE_TEST(pidfile_takes_a_stale_one_over),
		SUITE_TEST(pidfile_refuses_a_second_daemon),
		SUITE_TEST(pidfile_is_refused_while_stock_holds_it),
		SUITE_TEST(pidfile_lock_does_not_go_to_children),
		SUITE_TEST(pidfile_lock_stays_with_a_forked_daemon),
		SUITE_TEST(pidfile_does_not_follow_a_link),
		SUITE_TEST(pidfile_refuses_what_is_no_file),
		SUITE_TEST(pidfile_leaves_a_file_that_is_not_its_own),
		SUITE_TEST(pidfile_has_one_owner_whoever_comes_and_goes),
	};

	return suite_run_fixture(
		"pidfile", tests, SUITE_COUNT(tests), scratch_create, scratch_remove);
}
