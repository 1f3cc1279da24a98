/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc tells of a process. */
#ifndef CORE_LVM_PROC_H
#define CORE_LVM_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads /proc/PID/NAME as text, with a NUL byte behind it. Returns its length or a negative errno:
 * -ESRCH where the process is gone, or another user's.
 */
ssize_t proc_read(pid_t pid, const char *name, char *text, size_t size);

/* Neither a process that is ending nor a kernel thread has memory of its own. */
struct proc_stat {
	char state;
	int parent;
	bool has_memory;
	uint64_t start_ticks;
};

/* Returns 0 or a negative errno, as proc_read. */
int proc_read_stat(pid_t pid, struct proc_stat *fields);

/*
 * Checks that PID is a process of our user, as an lvpoll of ours is: else any user could hold up an
 * operation with a process that has its arguments, or none. Returns 0, or a negative errno as
 * proc_read does.
 */
int proc_check_user(pid_t pid);

/*
 * Reads the variable NAME of the environment of PID into VALUE: "" if it has none, or must not be
 * read. Returns 0 or a negative errno.
 */
int proc_read_variable(pid_t pid, const char *name, char *value, size_t size);

#endif
