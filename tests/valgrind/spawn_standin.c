/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into a daemon under valgrind: tells of a program that cannot be executed, and has the
 * daemon's own program where that is asked for.
 *
 * posix_spawn lets the child leave the reason in memory that both share until it executes. Under
 * valgrind the child has a copy of it, so that a program that is missing would look like one that
 * was started and ended by itself; and where the kernel refuses what valgrind did not foresee,
 * valgrind itself ends. What execve says to a file of that kind is said here, before there is a
 * child; whatever can be executed is started as ever. /proc/self/exe would be valgrind's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

#define SELF "/proc/self/exe"

/* More than the daemon needs for what it does between two children. */
#define STACK_ROOM (256 * 1024)
#define PAGE_MIN   4096

/* Leaves in TEXT the first bytes of the file. */
static void read_begin(const char *path, char *text, size_t size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = descriptor < 0 ? 0 : read(descriptor, text, size - 1);

	if (descriptor >= 0)
		close(descriptor);
	text[length > 0 ? length : 0] = '\0';
}

/* What execve would answer for this file by itself: 0 or an errno. */
static int check_file(const char *path)
{
	struct stat status;

	if (access(path, X_OK) < 0 || stat(path, &status) < 0)
		return errno;
	return S_ISREG(status.st_mode) ? 0 : EACCES;
}

/* Likewise, with the interpreter of a script. */
static int check_program(const char *path)
{
	char text[PATH_MAX];
	const char *interpreter;
	int result = check_file(path);

	if (result)
		return result;
	read_begin(path, text, sizeof(text));
	if (strncmp(text, "#!", 2) != 0)
		return 0;
	interpreter = text + 2 + strspn(text + 2, " \t");
	text[2 + strcspn(text + 2, "\n")] = '\0';
	text[interpreter - text + strcspn(interpreter, " \t")] = '\0';
	return check_file(interpreter);
}

/*
 * Valgrind 3.19 leaves all signals blocked after a fork that failed, so that it is ended by the
 * first fault, even by one with which it lets the stack grow. So that has grown by then.
 */
static void grow_stack(void)
{
	volatile char room[STACK_ROOM];

	for (size_t i = sizeof(room); i >= PAGE_MIN; i -= PAGE_MIN)
		room[i - 1] = 0;
}

/* Valgrind tells the name, but executes itself. */
static const char *find_own_program(char *path, size_t size)
{
	ssize_t length = readlink(SELF, path, size - 1);

	if (length < 0)
		return SELF;
	path[length] = '\0';
	return path;
}

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
	const posix_spawnattr_t *, char *const[], char *const[]);

PUBLIC int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
	spawn_function *next = (spawn_function *)dlsym(RTLD_NEXT, "posix_spawn");
	char own[PATH_MAX];
	int result;

	if (strcmp(path, SELF) == 0)
		path = find_own_program(own, sizeof(own));
	result = check_program(path);
	grow_stack();
	return result ? result : next(pid, path, actions, attributes, arguments, environment);
}
