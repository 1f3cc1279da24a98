/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds an orphan: an lvpoll whose daemon died before it could record the process id. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lvm/find_orphan.h"

#define COMMAND_LINE_MAX 4096

#define SEARCH_PAUSE_MS 5
#define SEARCH_PAUSES   200

/*
 * A new lvpoll soon executes its program, and has a command line then. A process that had none for
 * so long will have none: User Mode Linux unmaps it, for one.
 */
#define EXEC_MAX_MS 1000

/*
 * Reads /proc/PID/NAME as text, with two NUL bytes behind it. Returns its length; 0 if it cannot be
 * read.
 */
static size_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int descriptor;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return 0;
	length = read(descriptor, text, size - 2);
	close(descriptor);
	if (length <= 0)
		return 0;
	text[length] = text[length + 1] = '\0';
	return (size_t)length;
}

/* Whether WANTED is among the LENGTH bytes of ARGUMENTS, each of which ends with a NUL byte. */
static bool has_argument(const char *arguments, size_t length, const char *wanted)
{
	for (const char *argument = arguments; argument < arguments + length;
		argument += strlen(argument) + 1)
		if (!strcmp(argument, wanted))
			return true;
	return false;
}

/* What is looked for, and whether a process could not be judged yet. */
struct search {
	const char *operation_name;
	const struct lvmpolld_request *request;
	bool is_unsure;
};

/*
 * What /proc tells of a process. A process that is ending has no memory, nor has a kernel thread.
 */
struct standing {
	int parent;
	bool has_memory;
	long long start_ms; /* since the boot */
};

static bool read_standing(pid_t pid, struct standing *standing)
{
	char text[1024];
	const char *field;
	unsigned long long start;
	unsigned long memory;

	if (read_proc(pid, "stat", text, sizeof(text)) == 0)
		return false;
	/* Fields 4, 22 and 23: parent, start, size of the memory; a name may hold anything. */
	field = strrchr(text, ')');
	if (!field ||
		sscanf(field,
			") %*c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			"%*s %llu %lu",
			&standing->parent, &start, &memory) != 3)
		return false;
	standing->has_memory = memory > 0;
	standing->start_ms = (long long)(start * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
	return true;
}

/* In the middle of an exec a process has no command line. */
static bool may_be_executing(pid_t pid)
{
	struct standing standing;
	struct timespec now;

	if (!read_standing(pid, &standing) || !standing.has_memory)
		return false;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000 - standing.start_ms < EXEC_MAX_MS;
}

static bool polls(pid_t pid, struct search *search)
{
	const struct lvmpolld_request *request = search->request;
	char arguments[COMMAND_LINE_MAX], volume[512];
	size_t length = read_proc(pid, "cmdline", arguments, sizeof(arguments));

	if (length == 0) {
		search->is_unsure = search->is_unsure || may_be_executing(pid);
		return false;
	}
	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	return has_argument(arguments, length, "lvpoll") &&
	       has_argument(arguments, length, search->operation_name) &&
	       has_argument(arguments, length, volume) &&
	       has_argument(arguments, length, "--abort") == request->abort;
}

/* The parent is a daemon: it looks after its own children, unless it is ending. */
static bool has_daemon_as_parent(pid_t pid)
{
	struct standing child, parent;
	char name[64];

	if (!read_standing(pid, &child) || child.parent == getpid() ||
		!read_standing(child.parent, &parent) || !parent.has_memory)
		return false;
	return read_proc(child.parent, "comm", name, sizeof(name)) > 0 && strstr(name, "lvmpolld");
}

static pid_t search_once(struct search *search)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	/* When out of memory nothing is known yet. */
	search->is_unsure = !directory;
	while (directory && !found && (entry = readdir(directory))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (isdigit((unsigned char)entry->d_name[0]) && polls(pid, search) &&
			!has_daemon_as_parent(pid))
			found = pid;
	}
	if (directory)
		closedir(directory);
	return found;
}

pid_t find_orphan(const char *operation_name, const struct lvmpolld_request *request)
{
	static const struct timespec delay = {.tv_nsec = SEARCH_PAUSE_MS * 1000000L};
	struct search search = {.operation_name = operation_name, .request = request};
	pid_t found = search_once(&search);

	for (int i = 0; i < SEARCH_PAUSES && !found && search.is_unsure; i++) {
		nanosleep(&delay, NULL);
		found = search_once(&search);
	}
	return found;
}
