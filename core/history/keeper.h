/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps what ended lately on disk, by a process of its own, one at a time: nothing waits for it.
 * What cannot be kept is told in the log once, and tried again when the next operation ends. Main
 * thread.
 */
#ifndef CORE_HISTORY_KEEPER_H
#define CORE_HISTORY_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "status/ended.h"
#include "util/buffer.h"

struct event_base;
struct process;

struct history_keeper {
	struct event_base *base;
	struct ended *ended;
	const char *path; /* NULL: nothing is kept; owned by the configuration */
	size_t limit;     /* of entries, in memory and on disk */
	struct process *process;
	struct buffer line; /* that the process is printing */
	bool is_reading;
	bool is_unread;  /* the file was not read as a whole, or not yet */
	bool is_due;     /* something has ended since the process began */
	bool has_failed; /* that was told */
};

/*
 * Nothing is kept before history_keeper_configure, which is for the daemon's own program alone: the
 * process that reads and writes is that program again.
 */
void history_keeper_init(
	struct history_keeper *keeper, struct event_base *base, struct ended *ended);

/* Where entries are kept, and how many. A new path counts from the next write on. */
void history_keeper_configure(struct history_keeper *keeper, const char *path, size_t limit);

/* Begins to read what is on disk. */
void history_keeper_start(struct history_keeper *keeper);
/* Waits until that is read, no longer than TIMEOUT_MS. Whatever else happens is taken in. */
void history_keeper_wait(struct history_keeper *keeper, int timeout_ms);

/* Whether the file is being read: a list may be incomplete. */
bool history_keeper_is_reading(const struct history_keeper *keeper);

/* Likewise, or it could not be read: what ended before is not known. */
bool history_keeper_is_unread(const struct history_keeper *keeper);

/* Writes what is not kept yet, as soon as the process before has ended. */
void history_keeper_write(struct history_keeper *keeper);

/* Whether a process is still writing what ended. */
bool history_keeper_is_busy(const struct history_keeper *keeper);

/* The process that runs, for an upgrade; 0: none. */
pid_t history_keeper_process(const struct history_keeper *keeper);
/* Adopts the process of the program before an upgrade; when it ends, the file is read. */
void history_keeper_adopt(struct history_keeper *keeper, pid_t pid, uint64_t start_ticks);

/* The daemon ends: a last process writes what is not kept yet, and is not waited for. */
void history_keeper_destroy(struct history_keeper *keeper);

#endif
