/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A logical volume that an operation runs on: what was asked, where it stands, how it ended.
 *
 * A volume is always inside a store. The main thread creates, changes the state of, and removes
 * volumes; the monitor thread records in them what the kernel shows. What both touch is guarded by
 * the volume's lock.
 */
#ifndef CORE_VOLUME_H
#define CORE_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <time.h>

#include <lvmpolld/plugin.h>

#include "lock.h"
#include "log.h"

struct lvpoll;
struct plugin_entry;

enum volume_state {
	VOLUME_QUEUED,   /* waits for its lvpoll to be started */
	VOLUME_STEPPING, /* an lvpoll runs */
	VOLUME_WATCHING, /* the kernel is watched; no process */
	VOLUME_FINISHED, /* over: the result is an exit status or a signal */
	VOLUME_FAILED    /* the daemon could not see it through */
};

/* How a finished operation ended, as progress_info tells it. */
struct volume_result {
	bool by_signal;
	int value; /* exit status, or the number of the signal */
};

/* What a client asked for; immutable. The strings of operation are owned. */
struct volume_request {
	struct lvmpolld_operation operation;
	const struct plugin_entry *plugin;
	char *identifier; /* LVM_SYSTEM_DIR and lvid: the key in the store */
	unsigned interval_s;
};

struct volume {
	const struct volume_request *const request;

	struct lock lock;
	/* Written by volume_set_state alone. */
	const enum volume_state state GUARDED_BY(volume_role);
	const struct volume_result result GUARDED_BY(volume_role);
	unsigned request_count GUARDED_BY(volume_role); /* init requests made to this daemon */
	struct lvmpolld_progress progress GUARDED_BY(volume_role);

	/* The main thread's alone. */
	struct lvpoll *lvpoll; /* the process that runs for it, or NULL */
	pid_t last_pid;        /* of its latest lvpoll; 0 before the first */
	struct volume_request *displaced; /* of an abort: the operation that it ended; or NULL */

	/* The store's; guarded by the store's lock. */
	TAILQ_ENTRY(volume) link;
	TAILQ_ENTRY(volume) finished_link;
	bool is_result_kept; /* it is in the list of finished ones, since finished_at */
	struct timespec finished_at; /* CLOCK_BOOTTIME */
};

/*
 * Makes a request from OPERATION, whose strings are copied. NULL when out of memory. The identifier
 * and the number in the interval are worked out here.
 */
struct volume_request *volume_request_new(
	const struct lvmpolld_operation *operation, const struct plugin_entry *plugin);
struct volume_request *volume_request_copy(const struct volume_request *request);
void volume_request_free(struct volume_request *request);

/* A new volume in state QUEUED, which owns REQUEST. NULL when out of memory; REQUEST is then left. */
struct volume *volume_new(struct volume_request *request);
void volume_free(struct volume *volume);

void volume_lock(struct volume *volume) ACQUIRE(volume_role);
void volume_unlock(struct volume *volume) RELEASE(volume_role);

/* The one way to change the state. A transition that the table does not allow ends in abort(). */
void volume_set_state_locked(struct volume *volume, enum volume_state state) REQUIRES(volume_role);
/* Likewise, to VOLUME_FINISHED with RESULT. */
void volume_set_finished_locked(struct volume *volume, struct volume_result result)
	REQUIRES(volume_role);

/* The operation is neither finished nor failed. */
bool volume_is_in_progress_locked(const struct volume *volume) REQUIRES(volume_role);
enum volume_state volume_get_state(struct volume *volume) EXCLUDES(volume_role);

/* A word for people. */
const char *volume_state_name(enum volume_state state);

/* What log lines about it carry. */
struct log_subject volume_subject(const struct volume *volume);

#endif
