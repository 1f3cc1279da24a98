/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a process is a command of lvm2, or another poll daemon. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lvm/proc.h"
#include "lvm/programs.h"

/* The first namespace for processes, which has all of them; its number is the kernel's own. */
#define ALL_PROCESSES "pid:[4026531836]"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What a link of PID shows, "" where it cannot be read: it is gone, or a thread of the kernel. */
static void read_link(pid_t pid, const char *name, char text[PATH_MAX])
{
	char path[128];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	length = readlink(path, text, PATH_MAX - 1);
	text[length > 0 ? length : 0] = '\0';
}

/*
 * Whether our own namespace is that of all processes, or there is but one. Another one's /proc may
 * be mounted here: then what it tells of our process id is about another process.
 */
static bool has_all_processes(void)
{
	char text[32];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);
	char space[PATH_MAX];

	text[length > 0 ? length : 0] = '\0';
	if (strtol(text, NULL, 10) != (long)getpid())
		return false;
	errno = 0;
	read_link(getpid(), "ns/pid", space);
	return space[0] == '\0' ? errno == ENOENT : strcmp(space, ALL_PROCESSES) == 0;
}

/* Options of /proc hide others' processes: the first one of all would be hidden, too. */
bool programs_are_all_seen(void)
{
	char text[64];

	return has_all_processes() && proc_read(1, "cmdline", text, sizeof(text)) >= 0;
}

/* By the last part of PATH. */
static bool is_called_lvm(const struct programs *programs, const char *path)
{
	const char *name = last_part(path);

	return !strcmp(name, "lvm") || !strcmp(name, "lvm.static") || !strcmp(name, programs->name);
}

/* Likewise; or it is where the links of the daemon's own command lead: "lvm-2.03". */
static bool is_lvm_itself(const struct programs *programs, const char *path)
{
	return is_called_lvm(programs, path) ||
	       (programs->target && !strcmp(path, programs->target));
}

/* The program that PID runs, as far as we may see that. */
static bool runs_lvm(const struct programs *programs, pid_t pid)
{
	static const char deleted[] = " (deleted)";
	char program[PATH_MAX], *end;

	read_link(pid, "exe", program);
	end = strstr(program, deleted);
	if (end && end[sizeof(deleted) - 1] == '\0')
		*end = '\0';
	return is_lvm_itself(programs, program);
}

/*
 * lvm is called by many names, all of which are links to it: "pvmove". The name stays where one in
 * the background hides its arguments.
 */
static bool has_name_of_lvm(const struct programs *programs, pid_t pid)
{
	const char *const folders[] = {programs->folder, "/sbin", "/usr/sbin", "/usr/local/sbin"};
	char name[64], path[PATH_MAX], target[PATH_MAX];

	if (proc_read(pid, "comm", name, sizeof(name)) <= 0)
		return false;
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (snprintf(path, sizeof(path), "%s/%s", folders[i], name) < PATH_MAX &&
			realpath(path, target) && is_lvm_itself(programs, target))
			return true;
	return false;
}

/*
 * By its program, which a daemon in a sandbox may not see; by its name; a script that stands for
 * lvm by its arguments.
 */
static bool is_lvm(const struct programs *programs, pid_t pid, const char *arguments, size_t length)
{
	const char *second = arguments + strlen(arguments) + 1;

	return runs_lvm(programs, pid) || has_name_of_lvm(programs, pid) ||
	       is_called_lvm(programs, arguments) ||
	       (second < arguments + length && strchr(second, '/') &&
		       !strcmp(last_part(second), programs->name));
}

static bool is_name_of_report(const char *name)
{
	static const char *const reports[] = {
		"lvs", "pvs", "vgs", "fullreport", "lvdisplay", "pvdisplay", "vgdisplay"};

	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (!strcmp(name, reports[i]))
			return true;
	return false;
}

/* A command that only reports sees to nothing: "/sbin/lvs", "lvm lvs", or "sh lvm lvs". */
static bool is_report(const struct programs *programs, const char *arguments, size_t length)
{
	const char *before = arguments, *argument = before + strlen(before) + 1;

	if (is_name_of_report(last_part(arguments)))
		return true;
	for (int i = 0; i < 2 && argument < arguments + length; i++) {
		if (is_called_lvm(programs, before) && is_name_of_report(argument))
			return true;
		before = argument;
		argument += strlen(argument) + 1;
	}
	return false;
}

static bool watches_device_mapper(pid_t pid)
{
	char path[64], target[PATH_MAX];
	const struct dirent *entry;
	bool is_watching = false;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	directory = opendir(path);
	/* One that we may not see into may be one. */
	if (!directory)
		return errno != ENOENT;
	while (!is_watching && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "fd/%.20s", entry->d_name);
		read_link(pid, path, target);
		is_watching = !strcmp(target, "/dev/mapper/control");
	}
	closedir(directory);
	return is_watching;
}

/*
 * Another daemon of our kind: it has no lvpoll while the kernel copies, but a descriptor of
 * device-mapper, as this one has. A prober, which has one, too, sees to nothing by itself.
 */
static bool is_rival(pid_t pid)
{
	char name[64];

	return proc_read(pid, "comm", name, sizeof(name)) > 0 && strstr(name, "lvmpolld") &&
	       !strstr(name, "prober") && watches_device_mapper(pid) &&
	       watches_device_mapper(getpid());
}

enum program programs_judge(
	const struct programs *programs, pid_t pid, const char *arguments, size_t length)
{
	if (is_lvm(programs, pid, arguments, length))
		return is_report(programs, arguments, length) ? PROGRAM_OTHER : PROGRAM_LVM;
	return is_rival(pid) ? PROGRAM_DAEMON : PROGRAM_OTHER;
}

int programs_init(struct programs *programs, const char *binary)
{
	programs->name = strdup(last_part(binary));
	programs->folder = strndup(binary, (size_t)(last_part(binary) - binary));
	programs->target = realpath(binary, NULL);
	if (programs->name && programs->folder && (programs->target || errno != ENOMEM))
		return 0;
	programs_destroy(programs);
	return -ENOMEM;
}

void programs_destroy(struct programs *programs)
{
	free(programs->name);
	free(programs->folder);
	free(programs->target);
	*programs = (struct programs){0};
}
