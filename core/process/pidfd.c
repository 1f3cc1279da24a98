/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked of a process, and told to it, by its descriptor. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/log.h"
#include "process/pidfd.h"
#include "process/process.h"

/* A kernel without pidfd (before 5.3) cannot run this daemon. */
int pidfd_of(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return -errno;
	fcntl(pidfd, F_SETFD, FD_CLOEXEC);
	return pidfd;
}

bool pidfd_reap(int pidfd, pid_t pid, bool is_adopted, struct process_end *end)
{
	siginfo_t info = {0};

	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) == 0) {
		end->by_signal = info.si_code != CLD_EXITED;
		end->value = info.si_status;
		return info.si_pid != 0;
	}
	/* Not our child, or its status was read elsewhere: how it ended cannot be known. */
	if (!is_adopted)
		log_error("process %d is gone and its exit status is lost: %s", (int)pid,
			strerror(errno));
	end->is_unknown = is_adopted;
	end->by_signal = is_adopted;
	end->value = is_adopted ? SIGTERM : EXIT_FAILURE;
	return true;
}

void pidfd_terminate(int pidfd, pid_t pid)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0 && errno != ESRCH)
		log_error("cannot send SIGTERM to process %d: %s", (int)pid, strerror(errno));
}
