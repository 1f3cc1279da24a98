/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One bare lvpoll in the lab: runs the command, and once it has printed a line with a percentage
 * ends it with SIGTERM, repeated until it is gone. Exits with 0 where it ended by itself, else
 * with 1.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPEAT_MS 20

static pid_t start(char **command, int *output)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) < 0 || (child = fork()) < 0)
		return -1;
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv(command[0], command);
		_exit(101);
	}
	close(ends[1]);
	*output = ends[0];
	return child;
}

/* Returns when a percentage was printed, or the output ended. */
static void wait_for_progress(int output)
{
	char text[4096];
	ssize_t length;

	while ((length = read(output, text, sizeof(text))) > 0)
		if (memchr(text, '%', (size_t)length))
			return;
}

int main(int argc, char **argv)
{
	bool was_ended = false;
	int output, status;
	pid_t child;

	if (argc < 2) {
		fprintf(stderr, "usage: lvpoll_once LVM ARGUMENT...\n");
		return EXIT_FAILURE;
	}
	child = start(argv + 1, &output);
	if (child < 0) {
		perror("lvpoll_once");
		return EXIT_FAILURE;
	}
	wait_for_progress(output);
	while (waitpid(child, &status, WNOHANG) == 0) {
		kill(child, SIGTERM);
		was_ended = true;
		poll(NULL, 0, REPEAT_MS);
	}
	return was_ended && WIFSIGNALED(status);
}
