/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes wait for a lock of a file, as /proc/locks has it. Main thread. */
#ifndef CORE_UTIL_FILE_LOCKS_H
#define CORE_UTIL_FILE_LOCKS_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether PID waits for one. Told of the state a moment ago: the file is read twice a second at
 * most. */
bool file_locks_is_waiting(pid_t pid);

#endif
