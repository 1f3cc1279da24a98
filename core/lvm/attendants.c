/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attendants: processes that may see to an operation which this daemon does not have. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <event2/event.h>

#include "lvm/attendants.h"
#include "lvm/command.h"
#include "lvm/proc.h"
#include "lvm/programs.h"
#include "util/boot.h"
#include "util/timer.h"

#define COMMAND_LINE_MAX 4096

/*
 * What cannot be read, or is in the middle of its exec, is read again after a pause, for so long.
 * More of them than fit in are too many to tell anything.
 */
#define PAUSE_MS    50
#define PATIENCE_MS 10000
#define UNKNOWN_MAX 256

/* How many processes are read before the loop goes on. */
#define PIECE_PROCESSES 32

/* What lvm2 has is no longer. */
#define LVID_MAX 64

/* How often all processes are read: one that begins meanwhile may have a number that was passed. */
#define READINGS 2

/* A command of lvm2, or another poll daemon. */
struct candidate {
	struct attendant process;
	bool is_daemon;
	char lvid[LVID_MAX + 1]; /* an lvpoll of ours tells it; or "" */
	size_t length;           /* of its arguments, each ended by a NUL byte */
	STAILQ_ENTRY(candidate) link;
	char arguments[];
};

struct attendants {
	struct event *turn; /* the next piece */
	struct programs programs;
	void (*known)(void *context);
	void *context;
	DIR *directory;
	unsigned listed;   /* how often all processes were read */
	bool is_complete;  /* none was left out */
	int64_t listed_ms; /* when, by boot_clock_ms */
	/* Those of which nothing could be told: they are read again. */
	pid_t unknown[UNKNOWN_MAX];
	size_t unknown_count;
	STAILQ_HEAD(candidate_list, candidate) candidates;
};

static int add_candidate(struct attendants *attendants, pid_t pid, bool is_daemon,
	const char *arguments, size_t length)
{
	struct candidate *candidate = malloc(sizeof(*candidate) + length + 1);
	char name[sizeof(candidate->process.name)];

	if (!candidate)
		return -ENOMEM;
	*candidate = (struct candidate){
		.process = {pid, "lvm"}, .is_daemon = is_daemon, .length = length};
	if (proc_read(pid, "comm", name, sizeof(name)) > 0)
		snprintf(candidate->process.name, sizeof(candidate->process.name), "%.*s",
			(int)strcspn(name, "\n"), name);
	/* Where it cannot be read the arguments tell. */
	(void)proc_read_variable(pid, COMMAND_LVID, candidate->lvid, sizeof(candidate->lvid));
	memcpy(candidate->arguments, arguments, length + 1);
	STAILQ_INSERT_TAIL(&attendants->candidates, candidate, link);
	return 0;
}

/*
 * What PID is that shows no arguments: it is in the middle of its exec, which cannot be told (1),
 * or hides them, as its program may; a thread of the kernel, and what has ended, sees to nothing
 * (0).
 */
static int judge_silent(pid_t pid, bool *hides)
{
	struct proc_stat fields;
	int result = proc_may_be_executing(pid, INT64_MAX);

	*hides = false;
	if (result == 0)
		result = proc_read_stat(pid, &fields);
	if (result == 0)
		*hides = fields.has_memory;
	return result;
}

/* Returns 0, or a negative errno as proc_read; 1 where it cannot be told what PID is. */
static int take_process(struct attendants *attendants, pid_t pid)
{
	char arguments[COMMAND_LINE_MAX];
	struct proc_stat fields;
	ssize_t length = proc_read(pid, "cmdline", arguments, sizeof(arguments));
	bool is_to_read = length > 0;
	enum program program;
	int result = length < 0 ? (int)length : 0;

	if (length == 0)
		result = judge_silent(pid, &is_to_read);
	if (result != 0 || !is_to_read)
		return result;
	program = programs_judge(&attendants->programs, pid, arguments, (size_t)length);
	if (program == PROGRAM_OTHER)
		return 0;
	result = proc_may_administer(pid);
	if (result > 0)
		result = proc_read_stat(pid, &fields) < 0 ? -ESRCH : result;
	/* Our own are known. */
	if (result <= 0 || fields.parent == getpid())
		return result < 0 ? result : 0;
	return add_candidate(attendants, pid, program == PROGRAM_DAEMON, arguments, (size_t)length);
}

static void read_process(struct attendants *attendants, pid_t pid)
{
	int result = pid == getpid() ? 0 : take_process(attendants, pid);

	/* One that is there, and that we may not read, is not gone. */
	if (result == 0 || (result == -ESRCH && !proc_is_there(pid)))
		return;
	if (attendants->unknown_count < UNKNOWN_MAX)
		attendants->unknown[attendants->unknown_count++] = pid;
	else
		attendants->is_complete = false;
}

/* Reads some processes. Returns false when there is none left. */
static bool read_piece(struct attendants *attendants)
{
	for (unsigned i = 0; attendants->directory && i < PIECE_PROCESSES;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(attendants->directory);
		if (!entry) {
			attendants->is_complete = attendants->is_complete && errno == 0;
			return false;
		}
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		read_process(attendants, (pid_t)atoi(entry->d_name));
		i++;
	}
	return attendants->directory;
}

/* Returns false where all is known, or never will be. */
static bool read_unknown_again(struct attendants *attendants)
{
	size_t count = attendants->unknown_count;
	pid_t again[UNKNOWN_MAX];

	memcpy(again, attendants->unknown, sizeof(again));
	attendants->unknown_count = 0;
	for (size_t i = 0; i < count; i++)
		read_process(attendants, again[i]);
	return attendants->unknown_count > 0 &&
	       boot_clock_ms() - attendants->listed_ms < PATIENCE_MS;
}

static bool read_next(struct attendants *attendants)
{
	if (attendants->listed == READINGS)
		return read_unknown_again(attendants);
	if (!attendants->directory)
		attendants->directory = opendir("/proc");
	attendants->is_complete = attendants->is_complete && attendants->directory;
	if (read_piece(attendants))
		return true;
	attendants->listed_ms = boot_clock_ms();
	if (++attendants->listed == READINGS)
		return attendants->unknown_count > 0;
	if (attendants->directory)
		rewinddir(attendants->directory);
	attendants->unknown_count = 0;
	return true;
}

static void on_turn(evutil_socket_t descriptor, short what, void *context)
{
	struct attendants *attendants = context;
	const bool is_more = read_next(attendants);
	bool is_pausing = attendants->listed == READINGS;
	const struct timeval pause = {.tv_usec = is_pausing ? PAUSE_MS * 1000 : 0};

	(void)descriptor;
	(void)what;
	if (is_more)
		timer_start(attendants->turn, &pause);
	else
		/* It may free what is told. */
		attendants->known(attendants->context);
}

struct attendants *attendants_new(
	struct event_base *base, const char *binary, void (*known)(void *context), void *context)
{
	static const struct timeval at_once = {0};
	struct attendants *attendants = calloc(1, sizeof(*attendants));

	if (!attendants)
		return NULL;
	STAILQ_INIT(&attendants->candidates);
	attendants->known = known;
	attendants->context = context;
	attendants->is_complete = programs_are_all_seen();
	attendants->turn = event_new(base, -1, 0, on_turn, attendants);
	if (programs_init(&attendants->programs, binary) == 0 && attendants->turn) {
		timer_start(attendants->turn, &at_once);
		return attendants;
	}
	attendants_free(attendants);
	return NULL;
}

void attendants_free(struct attendants *attendants)
{
	struct candidate *candidate;

	if (!attendants)
		return;
	if (attendants->turn)
		event_free(attendants->turn);
	if (attendants->directory)
		closedir(attendants->directory);
	while ((candidate = STAILQ_FIRST(&attendants->candidates))) {
		STAILQ_REMOVE_HEAD(&attendants->candidates, link);
		free(candidate);
	}
	programs_destroy(&attendants->programs);
	free(attendants);
}

static const char *skip_folder(const char *argument)
{
	return strncmp(argument, "/dev/", 5) == 0 ? argument + 5 : argument;
}

/* "vg", "vg/lv", or either below "/dev/". */
static bool is_in_group(const char *argument, const char *vg_name)
{
	size_t length = strlen(vg_name);

	argument = skip_folder(argument);
	return !strncmp(argument, vg_name, length) &&
	       (argument[length] == '\0' || argument[length] == '/');
}

static bool names_group(const struct candidate *candidate, const char *vg_name)
{
	const char *end = candidate->arguments + candidate->length;

	for (const char *argument = candidate->arguments; argument < end;
		argument += strlen(argument) + 1)
		if (is_in_group(argument, vg_name))
			return true;
	return false;
}

/* The volume that is asked about, and who knows the others. */
struct question {
	const struct lvmpolld_request *request;
	bool (*is_another)(
		const char *vg_name, const char *lv_name, const char *lvid, const void *context);
	const void *context;
};

/* What an lvpoll with ARGUMENT, "vg/lv" or the same below "/dev/", sees to. */
static enum attendance judge_name(const char *argument, const struct question *question)
{
	const struct lvmpolld_request *request = question->request;
	const char *lv_name;
	char vg_name[256];

	argument = skip_folder(argument);
	lv_name = strchr(argument, '/');
	if (!lv_name || lv_name == argument || (size_t)(lv_name - argument) >= sizeof(vg_name))
		return ATTENDANCE_UNCLEAR;
	memcpy(vg_name, argument, (size_t)(lv_name - argument));
	vg_name[lv_name - argument] = '\0';
	lv_name++;
	if (!strcmp(vg_name, request->vg_name) && !strcmp(lv_name, request->lv_name))
		return ATTENDANCE_THERE;
	return question->is_another(vg_name, lv_name, request->lvid, question->context)
		       ? ATTENDANCE_NONE
		       : ATTENDANCE_UNCLEAR;
}

/*
 * An lvpoll sees to one volume, which it may know by an old name: it is another's only where a name
 * says so, and none says that it is this one's.
 */
static enum attendance judge_lvpoll(
	const struct candidate *candidate, const struct question *question)
{
	const char *end = candidate->arguments + candidate->length;
	enum attendance attendance = ATTENDANCE_UNCLEAR;

	if (candidate->lvid[0] != '\0')
		return strcmp(candidate->lvid, question->request->lvid) == 0 ? ATTENDANCE_THERE
									     : ATTENDANCE_NONE;
	for (const char *argument = candidate->arguments; argument < end;
		argument += strlen(argument) + 1) {
		enum attendance told = judge_name(argument, question);

		if (told == ATTENDANCE_THERE)
			return told;
		if (told == ATTENDANCE_NONE)
			attendance = told;
	}
	return attendance;
}

static enum attendance judge(const struct candidate *candidate, const struct question *question)
{
	if (candidate->is_daemon)
		return ATTENDANCE_UNCLEAR;
	if (proc_has_argument(candidate->arguments, candidate->length, "lvpoll"))
		return judge_lvpoll(candidate, question);
	return names_group(candidate, question->request->vg_name) ? ATTENDANCE_THERE
								  : ATTENDANCE_UNCLEAR;
}

enum attendance attendants_find(const struct attendants *attendants,
	const struct lvmpolld_request *request,
	bool (*is_another)(
		const char *vg_name, const char *lv_name, const char *lvid, const void *context),
	const void *context, struct attendant *found)
{
	const struct question question = {request, is_another, context};
	enum attendance graver = ATTENDANCE_NONE;
	const struct candidate *candidate;

	STAILQ_FOREACH(candidate, &attendants->candidates, link)
	{
		enum attendance attendance = judge(candidate, &question);

		if (attendance <= graver)
			continue;
		graver = attendance;
		*found = candidate->process;
	}
	if (graver != ATTENDANCE_NONE ||
		(attendants->is_complete && attendants->unknown_count == 0))
		return graver;
	*found = (struct attendant){.name = "process"};
	if (attendants->unknown_count > 0)
		found->pid = attendants->unknown[0];
	return ATTENDANCE_UNCLEAR;
}
