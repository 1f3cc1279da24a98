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

#include "util/lock.h"
#include "log/log.h"
#include "records/record.h"
#include "operation/waiters.h"

struct operations;
struct event;
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
	struct lvmpolld_request parameters;
	const struct plugin_entry *plugin;
	char *identifier; /* LVM_SYSTEM_DIR and lvid: the key in the store */
	unsigned interval_s;
	char *command_line; /* the client's, for the log; or NULL */
};

/* What the monitor thread saw when it last looked. */
enum volume_sighting_kind {
	VOLUME_NOT_SEEN_YET,
	VOLUME_SEEN,      /* verdict tells what is to be done */
	VOLUME_SUSPENDED, /* the device is there and does no I/O: nothing is to be done */
	VOLUME_GONE       /* there is no such device */
};

struct volume_sighting {
	enum volume_sighting_kind kind;
	enum lvmpolld_verdict verdict;
	uint64_t signature; /* differs when the names or the table do; 0 where there is none */
	bool is_stalled;    /* no progress for as long as the plugin's stall_check says */
	char *device_name;  /* the device that was read, as it was called; NULL: none yet */
	char *vg_name;      /* as the device is called now; NULL: as in the request */
	char *lv_name;
};

/* A step would lose data. */
static inline bool volume_sighting_gives_up(const struct volume_sighting *sighting)
{
	return sighting->kind == VOLUME_SEEN && sighting->verdict == LVMPOLLD_DATA_LOSS;
}

/* The monitor thread's notes on a volume, and what the main thread wants of it. */
struct volume_watch {
	bool is_watched;
	bool is_look_wanted; /* look as soon as possible */
	bool has_news;       /* it is in the store's list of news */
	bool is_removed;     /* it is out of the store, and freed when nobody looks any more */
	bool is_unreadable;  /* the latest look could not tell, and that is logged */
	unsigned looks;      /* looks that are under way */
	unsigned epoch;      /* raised when watching begins anew: an older look no longer counts */
	uint64_t device;     /* where it was last seen; 0 before */
	uint32_t event_number;
	int64_t last_look_ms; /* CLOCK_MONOTONIC */
	int64_t next_look_ms;
	int64_t moved_ms; /* when it last showed progress */
	uint64_t moved_done_sectors;
	int64_t step_due_ms; /* by the speed so far; 0 where that is not known */
	bool is_begun;       /* watching begins: no look since */
};

/* What an lvpoll is run for. */
enum lvpoll_purpose {
	LVPOLL_POLL, /* it polls by itself, as with stock */
	LVPOLL_STEP, /* it moves the metadata on, and is ended when it would begin to wait */
	LVPOLL_CHECK /* its exit tells how the operation stands */
};

struct scheduler_group;

struct volume {
	const struct volume_request *const request;

	struct lock lock;
	/* Written by volume_set_state alone. */
	const enum volume_state state GUARDED_BY(volume_role);
	const struct volume_result result GUARDED_BY(volume_role);
	unsigned request_count GUARDED_BY(volume_role); /* init requests made to this daemon */
	struct lvmpolld_progress progress GUARDED_BY(volume_role);
	struct volume_sighting sighting GUARDED_BY(volume_role);

	/* The main thread's alone. */
	struct operations *operations;
	int64_t begun_ms;       /* when it was asked for, by boot_clock_ms */
	struct lvpoll *lvpoll;  /* the process that runs for it, or NULL */
	pid_t last_pid;         /* of its latest lvpoll; 0 before the first */
	struct wait_list waits; /* who is to hear how it ends */
	bool is_handed_out;     /* its result was, to somebody, and is kept for those who wait */
	struct volume_request *displaced; /* of an abort: the operation that it ended; or NULL */

	enum lvpoll_purpose purpose;
	bool polls_itself;    /* the kernel is of no help: every lvpoll is for LVPOLL_POLL */
	bool is_exit_pending; /* an lvpoll has ended well, and one more look is to confirm */
	struct volume_result pending_exit;
	enum record_command recorded_command; /* what its record says of its lvpoll */
	uint64_t start_ticks;                 /* of that lvpoll, as in its record */
	bool is_record_stale;                 /* its record could not be written */
	unsigned signal_retries; /* lvpolls in a row that a signal of nobody's here has ended */
	bool has_leftover;       /* the lvpoll that runs is a former daemon's */
	pid_t left_pid;          /* of one that runs and could not be taken over yet; or 0 */
	uint64_t left_start_ticks;
	bool has_begun;          /* it was watched, or an lvpoll of it has run */
	int64_t not_before_ms;   /* no step before this, by boot_clock_ms; 0: at any time */
	bool is_answered;        /* its request was: from now on it is seen through */
	bool is_displaced;       /* an abort has ended it: it is over when its lvpoll is */
	unsigned fruitless;      /* lvpolls in a row after which the kernel showed the same */
	uint64_t step_signature; /* what was seen before the latest lvpoll */
	bool is_pause_over;      /* the pause that fruitless lvpolls cost is served */
	char *step_vg_name;      /* the names that the latest lvpoll was given; or NULL */
	char *step_lv_name;
	struct event *pause;      /* runs until the next lvpoll may */
	int64_t doubted_since_ms; /* the first of the exits in a row that are contradicted; or 0 */
	uint64_t doubted_sectors; /* what was copied at the latest of them */
	unsigned start_failures;  /* lvpolls in a row that could not run */
	int start_failure;        /* the latest: an errno, or an exit status, negated; or 0 */
	bool is_unexecutable;     /* it was that lvm cannot be executed */

	/* The scheduler's. */
	struct scheduler_group *group; /* where it waits or runs; or NULL */
	bool is_waiting;
	TAILQ_ENTRY(volume) waiting_link;

	/* The store's and the monitor's; guarded by the store's lock. */
	struct volume_watch watch GUARDED_BY(store_role);
	TAILQ_ENTRY(volume) watched_link;
	TAILQ_ENTRY(volume) news_link;
	TAILQ_ENTRY(volume) link;
	TAILQ_ENTRY(volume) finished_link;
	bool is_result_kept;         /* it is in the list of finished ones, since finished_at */
	struct timespec finished_at; /* CLOCK_BOOTTIME */
};

/* The key in the store, to be freed; NULL when out of memory. SYSTEM_DIR may be NULL. */
char *volume_identifier(const char *system_dir, const char *lvid);

/*
 * Makes a request from REQUEST, whose strings are copied. NULL when out of memory. The identifier
 * and the number in the interval are worked out here.
 */
struct volume_request *volume_request_new(
	const struct lvmpolld_request *request, const struct plugin_entry *plugin);
struct volume_request *volume_request_copy(const struct volume_request *request);
void volume_request_free(struct volume_request *request);

/* A new volume in state QUEUED, which owns REQUEST. NULL, and REQUEST is left, without memory. */
struct volume *volume_new(struct volume_request *request);
void volume_free(struct volume *volume);

void volume_lock(struct volume *volume) ACQUIRE(volume_role);
void volume_unlock(struct volume *volume) RELEASE(volume_role);

/* The one way to change the state. A transition that the table does not allow ends in abort(). */
void volume_set_state_locked(struct volume *volume, enum volume_state state) REQUIRES(volume_role);
/* Likewise, with the lock taken here; without effect where it is in STATE already. */
void volume_set_state(struct volume *volume, enum volume_state state) EXCLUDES(volume_role);
/* Likewise, to VOLUME_FINISHED with RESULT. */
void volume_set_finished_locked(struct volume *volume, struct volume_result result)
	REQUIRES(volume_role);

/* The operation is neither finished nor failed. */
bool volume_is_in_progress_locked(const struct volume *volume) REQUIRES(volume_role);
bool volume_is_in_progress(struct volume *volume) EXCLUDES(volume_role);
enum volume_state volume_get_state(struct volume *volume) EXCLUDES(volume_role);

/* A word for people. */
const char *volume_state_name(enum volume_state state);

/* What log lines about it carry. */
struct log_subject volume_subject(const struct volume *volume);
#define log_volume(level, volume, ...)                                                             \
	do {                                                                                       \
		struct log_subject subject_ = volume_subject(volume);                              \
		log_write_subject(level, &subject_, __VA_ARGS__);                                  \
	} while (0)

#endif
