/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going into the background, with a parent that tells the truth about how it went. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/background.h"
#include "util/descriptors.h"

/* The socket to the parent, in the daemon, until it is ready; -1 otherwise. Writing to a socket
 * need not raise SIGPIPE. */
static int parent_socket = -1;
static int null_device = -1;

static int finish_child_status(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_FAILURE;
	}
	if (WIFSIGNALED(status)) {
		fprintf(stderr,
			"lvmpolld: the daemon was ended by signal %d (%s) before it was ready\n",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
		return EXIT_FAILURE;
	}
	fprintf(stderr, "lvmpolld: the daemon exited with status %d before it was ready\n",
		WEXITSTATUS(status));
	return WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : EXIT_FAILURE;
}

/*
 * What the parent exits with. Where the daemon says how it went it has told the reason itself;
 * where it is gone without a word the parent must speak.
 */
static int wait_for_daemon(pid_t child, int descriptor)
{
	unsigned char status;
	ssize_t count;

	do
		count = read(descriptor, &status, 1);
	while (count < 0 && errno == EINTR);
	close(descriptor);
	return count == 1 ? status : finish_child_status(child);
}

/*
 * A socket that systemd passed to the process that forks is meant for the daemon. Returns how many
 * descriptors were passed, or a negative errno.
 */
static int adopt_passed(pid_t parent)
{
	const char *process = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	char own[32];

	/* A number that makes no sense is refused when the socket is taken. */
	if (!process || !count || atol(process) != (long)parent || atoi(count) < 0)
		return 0;
	snprintf(own, sizeof(own), "%ld", (long)getpid());
	return setenv("LISTEN_PID", own, 1) == 0 ? atoi(count) : -errno;
}

/*
 * Closes the other descriptors, which belong to the program that started the daemon: one may be a
 * lock or a pipe that another process waits for, and the daemon lives long. Its own are only
 * DESCRIPTOR and those that systemd passed.
 */
static int close_inherited(int descriptor, int passed)
{
	int kept = STDERR_FILENO + 1 + passed;

	if (descriptor != kept && dup3(descriptor, kept, O_CLOEXEC) < 0)
		return -errno;
	descriptors_close((unsigned)kept + 1, ~0U);
	return kept;
}

/*
 * One fork is enough: a session leader could only get a controlling terminal by opening a terminal
 * without O_NOCTTY, and the daemon opens none (lvm, which may, does not lead a session). So the
 * daemon stays the parent's child until it is ready, and the parent can say how it died.
 */
static int become_daemon(pid_t parent, int descriptor, struct lvmpolld_error *error)
{
	int passed = adopt_passed(parent);

	parent_socket = passed < 0 ? passed : close_inherited(descriptor, passed);
	if (parent_socket < 0)
		return error_set(error, -parent_socket,
			"inherited descriptors cannot be closed: %s", strerror(-parent_socket));
	if (setsid() < 0)
		return error_set(error, errno, "a session cannot be created: %s", strerror(errno));
	umask(022);
	if (chdir("/") != 0)
		return error_set(
			error, errno, "the directory cannot be changed to /: %s", strerror(errno));
	null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_device < 0)
		return error_set(error, errno, "/dev/null cannot be opened: %s", strerror(errno));
	return 0;
}

int background_enter(int *parent_status, struct lvmpolld_error *error)
{
	pid_t parent = getpid();
	int sockets[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return error_set(
			error, errno, "a socket pair cannot be created: %s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child < 0) {
		int code = errno;

		close(sockets[0]);
		close(sockets[1]);
		return error_set(
			error, code, "the daemon's process cannot be started: %s", strerror(code));
	}
	if (child == 0) {
		close(sockets[0]);
		return become_daemon(parent, sockets[1], error);
	}
	close(sockets[1]);
	*parent_status = wait_for_daemon(child, sockets[0]);
	return 1;
}

static void release_parent(int status)
{
	unsigned char byte = (unsigned char)status;

	if (parent_socket < 0)
		return;
	/* The parent may be gone already. */
	(void)!send(parent_socket, &byte, 1, MSG_NOSIGNAL);
	close(parent_socket);
	parent_socket = -1;
}

void background_ready(void)
{
	if (null_device >= 0) {
		dup2(null_device, STDIN_FILENO);
		dup2(null_device, STDOUT_FILENO);
		dup2(null_device, STDERR_FILENO);
		close(null_device);
		null_device = -1;
	}
	release_parent(EXIT_SUCCESS);
}

void background_failed(int status)
{
	release_parent(status);
}
