/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a process was started. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/start.h"

int start_read(pid_t pid, uint64_t *start_ticks)
{
	char path[32], text[1024];
	const char *field;
	unsigned long long ticks = 0;
	ssize_t length;
	int descriptor;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	length = read(descriptor, text, sizeof(text) - 1);
	close(descriptor);
	if (length <= 0)
		return -ESRCH;
	text[length] = '\0';
	/* The name, second and in parentheses, may hold anything; the time is the 22nd field. */
	field = strrchr(text, ')');
	for (int number = 2; field && number < 22; number++)
		field = strchr(field + 1, ' ');
	if (!field || sscanf(field, " %llu", &ticks) != 1)
		return -EBADMSG;
	*start_ticks = ticks;
	return 0;
}

/* The id of a child is given to no other process before it is waited for. */
static bool is_child(pid_t pid)
{
	siginfo_t unused;

	return waitid(P_PID, (id_t)pid, &unused, WEXITED | WNOHANG | WNOWAIT) == 0;
}

int start_check(pid_t pid, uint64_t start_ticks)
{
	uint64_t present_ticks;
	int result = start_read(pid, &present_ticks);

	if (result < 0 || present_ticks == start_ticks)
		return result;
	return start_ticks == 0 && is_child(pid) ? 0 : -ESRCH;
}
