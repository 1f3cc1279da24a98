/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc tells of a process. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lvm/proc.h"
#include "util/boot.h"

#define ENVIRONMENT_MAX 32768

/* The groups of a process come before its capabilities. */
#define STATUS_MAX 32768

/*
 * A new lvpoll soon executes its program, and has a command line then. A process that had none for
 * so long will have none: User Mode Linux unmaps it, for one. But a process that waits for a disk
 * may be in the middle of its exec.
 */
#define EXEC_MAX_MS 1000

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

/* Reads /proc/PID/status, and from it the user of PID. Returns 0 or a negative errno. */
static int read_status(pid_t pid, char *text, size_t size, unsigned *user)
{
	const char *line;
	ssize_t length = proc_read(pid, "status", text, size);

	if (length < 0)
		return (int)length;
	line = strstr(text, "\nUid:");
	return line && sscanf(line, " Uid: %*u %u", user) == 1 ? 0 : -EBADMSG;
}

int proc_check_user(pid_t pid)
{
	char text[2048];
	unsigned user;
	int result = read_status(pid, text, sizeof(text), &user);

	return result == 0 && user != geteuid() ? -ESRCH : result;
}

/* The map of users is that of the namespace; where there are none, nobody has one. */
static bool is_in_our_namespace(pid_t pid)
{
	char map[1024], ours[1024];
	ssize_t length = proc_read(pid, "uid_map", map, sizeof(map));

	return length == proc_read(getpid(), "uid_map", ours, sizeof(ours)) &&
	       (length < 0 || !strcmp(map, ours));
}

int proc_may_administer(pid_t pid)
{
	char text[STATUS_MAX];
	unsigned long long capabilities;
	const char *line;
	unsigned user;
	int result = read_status(pid, text, sizeof(text), &user);

	if (result < 0 || user == geteuid())
		return result < 0 ? result : 1;
	line = strstr(text, "\nCapEff:");
	if (!line || sscanf(line, " CapEff: %llx", &capabilities) != 1)
		return -EBADMSG;
	return (capabilities >> CAP_SYS_ADMIN & 1) && is_in_our_namespace(pid);
}

bool proc_is_there(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return access(path, F_OK) == 0;
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

bool proc_has_argument(const char *arguments, size_t length, const char *wanted)
{
	for (const char *argument = arguments; argument < arguments + length;
		argument += strlen(argument) + 1)
		if (!strcmp(argument, wanted))
			return true;
	return false;
}

static int64_t started_ms(const struct proc_stat *fields)
{
	return (int64_t)(fields->start_ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

int proc_may_be_executing(pid_t pid, int64_t before_ms)
{
	struct proc_stat fields;
	int result = proc_check_user(pid);

	if (result == 0)
		result = proc_read_stat(pid, &fields);
	if (result < 0)
		return result == -ESRCH ? 0 : result;
	return fields.has_memory && started_ms(&fields) <= before_ms &&
	       (boot_clock_ms() - started_ms(&fields) < EXEC_MAX_MS || fields.state == 'D');
}
