/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptor by which a process is addressed: its number may be another's once it is gone. */
#ifndef CORE_PROCESS_PIDFD_H
#define CORE_PROCESS_PIDFD_H

#include <stdbool.h>
#include <sys/types.h>

struct process_end;

/* Returns a descriptor of process PID, or a negative errno. */
int pidfd_of(pid_t pid);

/* Whether it has ended: then *END tells how. IS_ADOPTED: it may be no child of ours. */
bool pidfd_reap(int pidfd, pid_t pid, bool is_adopted, struct process_end *end);

void pidfd_terminate(int pidfd, pid_t pid);

#endif
