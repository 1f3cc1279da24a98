/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stops what a process starts with vfork before that has executed a single instruction.
 *
 *	hold_before_exec PID
 *
 * prints "watching", then "held CHILD" as soon as process PID has started a child; the child goes
 * on when a line can be read from standard input, or the end of it. The process itself is left
 * alone by then: it waits for its child's exec, as ever, and may be killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static int fail(const char *what)
{
	printf("cannot %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* Lets PARENT run on until it has started a child. Returns the child, or -1. */
static pid_t await_child(pid_t parent)
{
	unsigned long child;
	int status;

	while (waitpid(parent, &status, __WALL) == parent && WIFSTOPPED(status)) {
		int event = status >> 16;

		if (event == PTRACE_EVENT_VFORK)
			return ptrace(PTRACE_GETEVENTMSG, parent, NULL, &child) < 0 ? -1
										    : (pid_t)child;
		if (ptrace(PTRACE_CONT, parent, NULL, event ? 0 : WSTOPSIG(status)) < 0)
			return -1;
	}
	return -1;
}

int main(int argc, char **argv)
{
	pid_t parent = argc == 2 ? atoi(argv[1]) : 0;
	pid_t child;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* A child that is traced from its first moment on begins with a stop. */
	if (ptrace(PTRACE_SEIZE, parent, NULL, PTRACE_O_TRACEVFORK) < 0)
		return fail("trace it");
	puts("watching");
	child = await_child(parent);
	if (child < 0 || waitpid(child, &status, __WALL) != child || !WIFSTOPPED(status))
		return fail("stop its child");
	if (ptrace(PTRACE_DETACH, parent, NULL, NULL) < 0)
		return fail("let go of it");
	printf("held %d\n", (int)child);
	getchar();
	return ptrace(PTRACE_DETACH, child, NULL, NULL) < 0 ? fail("let its child go on")
							    : EXIT_SUCCESS;
}
