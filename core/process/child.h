/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting a child, with pipes for what it prints. */
#ifndef CORE_PROCESS_CHILD_H
#define CORE_PROCESS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* The descriptors of the child: its standard input, and the ends of the pipes that it writes to. */
struct child_descriptors {
	int input;
	int write_ends[2];
};

/*
 * Opens the descriptors of a child. READ_ENDS are our ends of its standard output and standard
 * error, non-blocking. *INPUT is our end of its standard input, likewise; where INPUT is NULL that
 * is /dev/null. Returns 0 or a negative errno; what could not be opened is -1 then, and the
 * caller closes the others.
 */
int child_open(struct child_descriptors *descriptors, int read_ends[2], int *input);
void child_close(struct child_descriptors *descriptors);

/*
 * Starts ARGUMENTS (the first is the path, used as given) with ENVIRONMENT, no descriptors but
 * these, default signals and an empty signal mask. KEEPS_PIPE: SIGPIPE stays as it is, ignored in
 * the daemon. DESCRIPTORS stay the caller's. Returns 0 with the PID, or a negative errno.
 */
int child_start(const struct child_descriptors *descriptors, char *const *arguments,
	char *const *environment, bool keeps_pipe, pid_t *pid);

#endif
