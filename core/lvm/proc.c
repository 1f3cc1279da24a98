/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc tells of a process. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lvm/proc.h"

#define ENVIRONMENT_MAX 32768

ssize_t proc_read(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int descriptor;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	length = descriptor < 0 ? -1 : read(descriptor, text, size - 1);
	if (length < 0)
		length = errno == ENOENT || errno == EACCES || errno == EPERM ? -ESRCH : -errno;
	else
		text[length] = '\0';
	if (descriptor >= 0)
		close(descriptor);
	return length;
}

int proc_read_stat(pid_t pid, struct proc_stat *fields)
{
	char text[1024];
	const char *field;
	unsigned long long start;
	unsigned long memory;
	ssize_t length = proc_read(pid, "stat", text, sizeof(text));

	if (length < 0)
		return (int)length;
	/* Fields 3, 4, 22 and 23: state, parent, start, size of the memory; a name may hold
	 * anything. */
	field = strrchr(text, ')');
	if (!field ||
		sscanf(field,
			") %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			"%*s %llu %lu",
			&fields->state, &fields->parent, &start, &memory) != 4)
		return -EBADMSG;
	fields->has_memory = memory > 0;
	fields->start_ticks = start;
	return 0;
}

int proc_check_user(pid_t pid)
{
	char text[2048];
	const char *line;
	unsigned user;
	ssize_t length = proc_read(pid, "status", text, sizeof(text));

	if (length < 0)
		return (int)length;
	line = strstr(text, "\nUid:");
	if (!line || sscanf(line, " Uid: %*u %u", &user) != 1)
		return -EBADMSG;
	return user == geteuid() ? 0 : -ESRCH;
}

int proc_read_variable(pid_t pid, const char *name, char *value, size_t size)
{
	char environment[ENVIRONMENT_MAX];
	size_t name_length = strlen(name);
	ssize_t length = proc_read(pid, "environ", environment, sizeof(environment));

	*value = '\0';
	for (const char *variable = environment; length > 0 && variable < environment + length;
		variable += strlen(variable) + 1)
		if (!strncmp(variable, name, name_length) && variable[name_length] == '=') {
			snprintf(value, size, "%s", variable + name_length + 1);
			break;
		}
	return length < 0 && length != -ESRCH ? (int)length : 0;
}
