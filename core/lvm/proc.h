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
 * Whether PID may change devices: it is of our user, or has CAP_SYS_ADMIN where we have it, and not
 * in a user namespace that anybody can make. Returns 1, 0 or a negative errno.
 */
int proc_may_administer(pid_t pid);

/* Whether there is such a process, be it one that we may not read. */
bool proc_is_there(pid_t pid);

/*
 * Whether PID, which has no command line, may be in the middle of its exec, and was started no
 * later than BEFORE_MS, by boot_clock_ms: User Mode Linux starts some each second. Returns 1, 0 or
 * a negative errno.
 */
int proc_may_be_executing(pid_t pid, int64_t before_ms);

/* Whether WANTED is among the LENGTH bytes of ARGUMENTS, each of which ends with a NUL byte. */
bool proc_has_argument(const char *arguments, size_t length, const char *wanted);

/*
 * Reads the variable NAME of the environment of PID into VALUE: "" if it has none, or must not be
 * read. Returns 0 or a negative errno.
 */
int proc_read_variable(pid_t pid, const char *name, char *value, size_t size);

#endif
