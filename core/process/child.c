/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting a child, with pipes for what it prints. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "process/child.h"
#include "util/descriptors.h"

/* Only our end does not block: the child is used to outputs that do. */
static int open_pipe(int *read_end, int *write_end, int *ours)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*read_end = ends[0];
	*write_end = ends[1];
	return fcntl(*ours, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int open_input(struct child_descriptors *descriptors, int *input)
{
	if (input)
		return open_pipe(&descriptors->input, input, input);
	descriptors->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return descriptors->input < 0 ? -errno : 0;
}

int child_open(struct child_descriptors *descriptors, int read_ends[2], int *input)
{
	int result;

	*descriptors = (struct child_descriptors){.input = -1, .write_ends = {-1, -1}};
	read_ends[0] = read_ends[1] = -1;
	if (input)
		*input = -1;
	result = open_input(descriptors, input);
	for (int i = 0; i < 2 && result == 0; i++)
		result = open_pipe(&read_ends[i], &descriptors->write_ends[i], &read_ends[i]);
	return result;
}

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

void child_close(struct child_descriptors *descriptors)
{
	close_if_open(&descriptors->input);
	close_if_open(&descriptors->write_ends[0]);
	close_if_open(&descriptors->write_ends[1]);
}

static int set_attributes(posix_spawnattr_t *attributes, bool keeps_pipe)
{
	sigset_t set;
	int result;

	sigemptyset(&set);
	result = posix_spawnattr_setsigmask(attributes, &set);
	if (result)
		return result;
	sigfillset(&set);
	if (keeps_pipe)
		sigdelset(&set, SIGPIPE);
	result = posix_spawnattr_setsigdefault(attributes, &set);
	if (result)
		return result;
	return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/*
 * posix_spawn starts the child in the daemon's own memory until it executes: no copy is made, and
 * the errno of a failed execve comes back.
 */
int child_start(const struct child_descriptors *descriptors, char *const *arguments,
	char *const *environment, bool keeps_pipe, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result;

	result = posix_spawn_file_actions_init(&actions);
	if (result)
		return -result;
	result = posix_spawnattr_init(&attributes);
	if (result) {
		posix_spawn_file_actions_destroy(&actions);
		return -result;
	}
	result = set_attributes(&attributes, keeps_pipe);
	if (!result)
		result = posix_spawn_file_actions_adddup2(
			&actions, descriptors->input, STDIN_FILENO);
	if (!result)
		result = posix_spawn_file_actions_adddup2(
			&actions, descriptors->write_ends[0], STDOUT_FILENO);
	if (!result)
		result = posix_spawn_file_actions_adddup2(
			&actions, descriptors->write_ends[1], STDERR_FILENO);
	/*
	 * A library may have opened a descriptor that the child would inherit. All are marked here,
	 * and none is closed in the child: the lock of the state directory must last until the
	 * child has executed lvm (record_directory_lock).
	 */
	descriptors_mark();
	if (!result)
		result = posix_spawn(
			pid, arguments[0], &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -result;
}
