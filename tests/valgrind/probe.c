/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Succeeds where descriptors of processes can be opened and signalled through: natively, or under
 * valgrind. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	siginfo_t info = {0};
	pid_t child = fork();
	long descriptor;

	if (child == 0)
		for (;;)
			pause();
	descriptor = syscall(SYS_pidfd_open, (long)child, 0L);
	if (descriptor >= 0 &&
		syscall(SYS_pidfd_send_signal, descriptor, (long)SIGTERM, 0L, 0L) == 0 &&
		waitid(P_PIDFD, (id_t)descriptor, &info, WEXITED) == 0 && info.si_pid == child &&
		info.si_status == SIGTERM)
		return EXIT_SUCCESS;
	kill(child, SIGTERM);
	return EXIT_FAILURE;
}
