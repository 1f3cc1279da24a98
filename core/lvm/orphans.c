/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orphans: lvm commands whose daemon died before it could record the process id. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "log/log.h"
#include "lvm/command.h"
#include "lvm/orphans.h"
#include "lvm/proc.h"
#include "util/boot.h"
#include "util/timer.h"

#define COMMAND_LINE_MAX 4096

/* How many processes are read before the loop goes on: some milliseconds on a slow machine. */
#define PIECE_PROCESSES 32

/* The pause before /proc is read again, if something could not be told. */
#define PAUSE_FIRST_MS 50
#define PAUSE_MAX_MS   1000

/* After this time the log says that something cannot be told. */
#define COMPLAIN_MS 10000

/* What lvm2 has is no longer. */
#define LVID_MAX 64

/* An lvpoll, or another such command, whose parent is no daemon. */
struct candidate {
	struct orphan orphan;
	/* Of the volume that it was started for; "" where it does not tell. */
	char lvid[LVID_MAX + 1];
	size_t length;       /* of its arguments, each ended by a NUL byte */
	size_t command_name; /* where among them the command's name begins */
	STAILQ_ENTRY(candidate) link;
	char arguments[];
};

struct orphans {
	struct event *next_piece; /* the next piece, or the next time */
	struct orphans_callbacks callbacks;
	void *context;
	DIR *directory; /* while /proc is read */
	bool is_begun, is_read, is_complete;
	int failure;   /* why it is not complete: an errno; 0: a process is in mid-exec */
	pid_t unknown; /* that process, or one that could not be read; 0: all of them */
	unsigned pause_ms;
	int64_t begun_ms; /* by boot_clock_ms; the previous daemon had died before */
	bool is_said;
	STAILQ_HEAD(candidate_list, candidate) candidates;
};

/*
 * Whether the parent is a daemon: it looks after its own children, unless it is ending. Returns 1,
 * 0 or a negative errno.
 */
static int has_daemon_as_parent(const struct proc_stat *child)
{
	struct proc_stat parent;
	char name[64];
	int result;

	if (child->parent == getpid())
		return 0;
	result = proc_read_stat(child->parent, &parent);
	if (result == 0 && !parent.has_memory)
		return 0;
	if (result == 0)
		result = (int)proc_read(child->parent, "comm", name, sizeof(name));
	if (result < 0)
		return result == -ESRCH ? 0 : result;
	return strstr(name, "lvmpolld") ? 1 : 0;
}

/* The place of the command's name; LENGTH where it is none that a daemon starts. */
static size_t find_command(const struct orphans *orphans, const char *arguments, size_t length)
{
	size_t at = 0;

	while (at < length && strcmp(arguments + at, "lvpoll") != 0 &&
		!orphans->callbacks.is_command(arguments + at, orphans->context))
		at += strlen(arguments + at) + 1;
	return at < length ? at : length;
}

/* NULL: lvpoll. */
static const char *name_of(const struct candidate *candidate)
{
	const char *name = candidate->arguments + candidate->command_name;

	return strcmp(name, "lvpoll") != 0 ? name : NULL;
}

static struct candidate *candidate_new(const char *arguments, size_t length)
{
	struct candidate *candidate = malloc(sizeof(*candidate) + length + 1);

	if (!candidate)
		return NULL;
	*candidate = (struct candidate){.length = length};
	memcpy(candidate->arguments, arguments, length + 1);
	return candidate;
}

/* Fills CANDIDATE with what /proc tells of PID. Returns 0 or a negative errno. */
static int read_candidate(pid_t pid, uint64_t start_ticks, struct candidate *candidate)
{
	char again[COMMAND_LINE_MAX];
	/* That of stock's daemon has none, nor has one of an older daemon of ours. */
	int result =
		proc_read_variable(pid, COMMAND_LVID, candidate->lvid, sizeof(candidate->lvid));

	if (result < 0)
		return result;
	/* The start is that of the process with these arguments: its id is no other's by now. */
	if (proc_read(pid, "cmdline", again, sizeof(again)) != (ssize_t)candidate->length ||
		memcmp(candidate->arguments, again, candidate->length) != 0)
		return -EAGAIN;
	candidate->orphan = (struct orphan){pid, start_ticks, name_of(candidate)};
	return 0;
}

static int add_candidate(struct orphans *orphans, pid_t pid, uint64_t start_ticks,
	const char *arguments, size_t length)
{
	struct candidate *candidate = candidate_new(arguments, length);
	int result = -ENOMEM;

	if (candidate) {
		candidate->command_name = find_command(orphans, arguments, length);
		result = read_candidate(pid, start_ticks, candidate);
	}
	if (result == 0)
		STAILQ_INSERT_TAIL(&orphans->candidates, candidate, link);
	else
		free(candidate);
	return result;
}

/* PID has the arguments of a command that a daemon starts. Returns 0 or a negative errno. */
static int take_command(struct orphans *orphans, pid_t pid, const char *arguments, size_t length)
{
	struct proc_stat fields;
	int result = proc_check_user(pid);

	if (result == 0)
		result = proc_read_stat(pid, &fields);
	if (result == 0)
		result = has_daemon_as_parent(&fields);
	if (result != 0)
		return result == 1 ? 0 : result;
	return add_candidate(orphans, pid, fields.start_ticks, arguments, length);
}

static void read_process(struct orphans *orphans, pid_t pid)
{
	char arguments[COMMAND_LINE_MAX];
	ssize_t length = proc_read(pid, "cmdline", arguments, sizeof(arguments));
	int result = (int)length;

	if (length == 0)
		result = proc_may_be_executing(pid, orphans->begun_ms);
	else if (length > 0)
		result = find_command(orphans, arguments, (size_t)length) < (size_t)length
				 ? take_command(orphans, pid, arguments, (size_t)length)
				 : 0;
	if (result == 0 || result == -ESRCH)
		return;
	orphans->is_complete = false;
	orphans->unknown = pid;
	orphans->failure = result < 0 ? -result : 0;
}

static void forget_candidates(struct orphans *orphans)
{
	struct candidate *candidate;

	while ((candidate = STAILQ_FIRST(&orphans->candidates))) {
		STAILQ_REMOVE_HEAD(&orphans->candidates, link);
		free(candidate);
	}
}

static void fail(struct orphans *orphans)
{
	orphans->is_complete = false;
	orphans->unknown = 0;
	orphans->failure = errno;
}

/* Reads some processes. Returns false when there is none left. */
static bool read_piece(struct orphans *orphans)
{
	for (unsigned i = 0; orphans->directory && i < PIECE_PROCESSES;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(orphans->directory);
		if (!entry) {
			if (errno != 0)
				fail(orphans);
			return false;
		}
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		read_process(orphans, (pid_t)atoi(entry->d_name));
		i++;
	}
	return orphans->directory;
}

static void begin(struct orphans *orphans)
{
	forget_candidates(orphans);
	orphans->is_read = false;
	orphans->is_complete = true;
	orphans->directory = opendir("/proc");
	if (!orphans->directory)
		fail(orphans);
}

static void complain(struct orphans *orphans)
{
	char who[64] = "/proc";

	if (orphans->is_said || boot_clock_ms() - orphans->begun_ms < COMPLAIN_MS)
		return;
	orphans->is_said = true;
	if (orphans->unknown > 0)
		snprintf(who, sizeof(who), "process %d", (int)orphans->unknown);
	log_warn("whether lvm commands of a previous daemon still run cannot be told (%s: %s): "
		 "operations "
		 "for which one was being started wait until that is known",
		who, orphans->failure ? strerror(orphans->failure) : "it has no command line yet");
}

/* /proc was read: waiting operations ask again. Without all answers it is read again. */
static void end(struct orphans *orphans)
{
	if (orphans->directory)
		closedir(orphans->directory);
	orphans->directory = NULL;
	orphans->is_read = true;
	if (!orphans->is_complete)
		complain(orphans);
	orphans->callbacks.known(orphans->context);
}

static void on_next_piece(evutil_socket_t descriptor, short what, void *context)
{
	static const struct timeval at_once = {0};
	struct orphans *orphans = context;

	(void)descriptor;
	(void)what;
	if (!orphans->directory)
		begin(orphans);
	if (read_piece(orphans))
		timer_start(orphans->next_piece, &at_once);
	else
		end(orphans);
}

struct orphans *orphans_new(
	struct event_base *base, const struct orphans_callbacks *callbacks, void *context)
{
	struct orphans *orphans = calloc(1, sizeof(*orphans));

	if (!orphans)
		return NULL;
	orphans->callbacks = *callbacks;
	orphans->context = context;
	orphans->pause_ms = PAUSE_FIRST_MS;
	orphans->begun_ms = boot_clock_ms();
	STAILQ_INIT(&orphans->candidates);
	orphans->next_piece = event_new(base, -1, 0, on_next_piece, orphans);
	if (orphans->next_piece)
		return orphans;
	free(orphans);
	return NULL;
}

void orphans_free(struct orphans *orphans)
{
	if (!orphans)
		return;
	event_free(orphans->next_piece);
	if (orphans->directory)
		closedir(orphans->directory);
	forget_candidates(orphans);
	free(orphans);
}

static bool polls(const struct candidate *candidate, const char *operation_name,
	const struct lvmpolld_request *request)
{
	char volume[512];

	if (request->lvid && !strcmp(candidate->lvid, request->lvid))
		return true;
	if (candidate->orphan.command_name)
		return false;
	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	return proc_has_argument(candidate->arguments, candidate->length, operation_name) &&
	       proc_has_argument(candidate->arguments, candidate->length, volume);
}

/* Begins to read /proc, also if it was read before. */
static void start(struct orphans *orphans)
{
	const unsigned pause_ms = orphans->is_begun ? orphans->pause_ms : 0;
	const struct timeval delay = {pause_ms / 1000, pause_ms % 1000 * 1000L};

	if (event_pending(orphans->next_piece, EV_TIMEOUT, NULL))
		return;
	if (orphans->is_begun)
		orphans->pause_ms =
			orphans->pause_ms * 2 < PAUSE_MAX_MS ? orphans->pause_ms * 2 : PAUSE_MAX_MS;
	orphans->is_begun = true;
	timer_start(orphans->next_piece, &delay);
}

enum orphans_answer orphans_find(struct orphans *orphans, const char *operation_name,
	const struct lvmpolld_request *request, struct orphan *found)
{
	const struct candidate *candidate;

	if (orphans->is_read) {
		STAILQ_FOREACH(candidate, &orphans->candidates, link)
		if (polls(candidate, operation_name, request) &&
			!orphans->callbacks.is_ours(candidate->orphan.pid, orphans->context)) {
			*found = candidate->orphan;
			return ORPHANS_FOUND;
		}
		if (orphans->is_complete)
			return ORPHANS_NONE;
	}
	start(orphans);
	return orphans->is_read ? ORPHANS_CANNOT_TELL : ORPHANS_NOT_KNOWN;
}
