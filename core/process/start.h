/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a process was started: with its id that tells which one it is. */
#ifndef CORE_PROCESS_START_H
#define CORE_PROCESS_START_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Returns 0 with the time at which PID was started, in the clock ticks of /proc, or -ESRCH where
 * there is no such process. After any other negative errno it is not known whether there is one.
 */
int start_read(pid_t pid, uint64_t *start_ticks);

/*
 * Returns 0 where PID is the process that was started at START_TICKS, or, where that is 0, a child
 * of this process; -ESRCH where it is gone, or another one; else a negative errno.
 */
int start_check(pid_t pid, uint64_t start_ticks);

#endif
