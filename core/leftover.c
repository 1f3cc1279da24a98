/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding an lvpoll whose daemon died between starting it and writing down its process id. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leftover.h"

#define COMMAND_LINE_MAX 4096

/* Reads /proc/PID/NAME as text, with two NUL bytes behind it. Returns its length, 0 for none. */
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

/* ARGUMENTS, each ended by a NUL byte, up to LENGTH, have WANTED among them. */
static bool has_argument(const char *arguments, size_t length, const char *wanted)
{
	for (const char *argument = arguments; argument < arguments + length;
		argument += strlen(argument) + 1)
		if (!strcmp(argument, wanted))
			return true;
	return false;
}

static bool polls(
	pid_t pid, const char *operation_name, const struct lvmpolld_operation *operation)
{
	char arguments[COMMAND_LINE_MAX], volume[512];
	size_t length = read_proc(pid, "cmdline", arguments, sizeof(arguments));

	snprintf(volume, sizeof(volume), "%s/%s", operation->vg_name, operation->lv_name);
	return length > 0 && has_argument(arguments, length, "lvpoll") &&
	       has_argument(arguments, length, operation_name) &&
	       has_argument(arguments, length, volume) &&
	       has_argument(arguments, length, "--abort") == operation->abort;
}

/* Another daemon, on a socket of its own, looks after its own children. */
static bool has_daemon_as_parent(pid_t pid)
{
	char text[1024], name[64];
	const char *field;
	int parent;

	if (read_proc(pid, "stat", text, sizeof(text)) == 0)
		return false;
	field = strrchr(text, ')');
	if (!field || sscanf(field, ") %*c %d", &parent) != 1 || parent == getpid())
		return false;
	return read_proc(parent, "comm", name, sizeof(name)) > 0 &&
	       !strncmp(name, "lvmpolld", strlen("lvmpolld"));
}

pid_t leftover_find(const char *operation_name, const struct lvmpolld_operation *operation)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (directory && !found && (entry = readdir(directory))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (isdigit((unsigned char)entry->d_name[0]) &&
			polls(pid, operation_name, operation) && !has_daemon_as_parent(pid))
			found = pid;
	}
	if (directory)
		closedir(directory);
	return found;
}
