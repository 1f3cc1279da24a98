/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of "lvm lvpoll" for a volume: its command, its output, its silence, its end. */
#ifndef CORE_LVPOLL_H
#define CORE_LVPOLL_H

#include <stdbool.h>
#include <sys/queue.h>

#include "util/error.h"
#include "process/process.h"
#include "operation/volume.h"

struct event_base;
struct lvpoll;

TAILQ_HEAD(lvpoll_list, lvpoll);

/* What the lvpolls of a daemon share. */
struct lvpolls {
	struct event_base *base;
	struct lvpoll_list abandoned; /* have not ended yet, and no operation waits for them */
	void *context;                /* what the callbacks get */
};

struct lvpoll_callbacks {
	/* A line of it was read into VOLUME's progress. */
	void (*progressed)(void *context, struct volume *volume);
	/*
	 * It has printed nothing for too long, and gets SIGTERM. Return true to abandon it:
	 * volume->lvpoll is NULL from then on, and its end is not told. Return false to be told
	 * of its end as always.
	 */
	bool (*silent)(void *context, struct volume *volume);
	/* It has ended, WAS_TERMINATED by us or by itself. volume->lvpoll is NULL by then. */
	void (*ended)(
		void *context, struct volume *volume, struct process_end end, bool was_terminated);
};

/* Exit statuses with which lvm2 is told that its command could not be run. */
#define LVPOLL_STATUS_NOT_EXECUTABLE 101

/* Seconds of silence, a third of what is granted, for an lvpoll that looks every INTERVAL_S. */
unsigned lvpoll_silence_s(unsigned interval_s);

/* Returns 0 where PATH can be executed as the lvm command, else a negative errno with the error. */
int lvpoll_check_binary(const char *path, struct lvmpolld_error *error);

/*
 * Starts BINARY, the lvm command, for VOLUME with the names and the interval of REQUEST, and
 * makes it volume->lvpoll. Returns 0, or -ENOEXEC where BINARY cannot be executed, or another
 * negative errno where it may be tried again.
 */
int lvpoll_start(struct lvpolls *lvpolls, struct volume *volume, const char *binary,
	const struct lvmpolld_request *request, const struct lvpoll_callbacks *callbacks,
	struct lvmpolld_error *error);

/*
 * Adopts lvpoll PID, which another daemon has started for VOLUME; see process_adopt. It goes on:
 * lvpoll_terminate ends it. Returns 0, or a negative errno with the error: -ESRCH where it is gone.
 */
int lvpoll_adopt(struct lvpolls *lvpolls, struct volume *volume, pid_t pid, uint64_t start_ticks,
	const int outputs[2], const struct lvpoll_callbacks *callbacks,
	struct lvmpolld_error *error);

/*
 * The lvpoll that was abandoned after PREVIOUS, or the first where that is NULL: its operation no
 * longer waits for it (callback silent), and it stays here until its process is gone.
 */
struct lvpoll *lvpoll_next_abandoned(struct lvpolls *lvpolls, struct lvpoll *previous);
/* Adopts one of them, and ends it. Returns 0 or a negative errno. */
int lvpoll_adopt_abandoned(struct lvpolls *lvpolls, pid_t pid, uint64_t start_ticks,
	const int outputs[2], struct lvmpolld_error *error);

pid_t lvpoll_id(const struct lvpoll *lvpoll);
/* The descriptors that its outputs are read from; -1 for one that is closed. */
void lvpoll_outputs(const struct lvpoll *lvpoll, int outputs[2]);
bool lvpoll_is_terminating(const struct lvpoll *lvpoll);

/* Ends it with SIGTERM, repeated until it is gone; its end is told as of any other. */
void lvpoll_terminate(struct lvpoll *lvpoll);

/* Forgets it: the process runs on without us. */
void lvpoll_free(struct lvpoll *lvpoll);

#endif
