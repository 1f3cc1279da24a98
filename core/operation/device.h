/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device: a volume as the kernel shows it, known by its lvid alone, whatever names it has and
 * whoever has asked for it. The monitor looks at the devices that are watched and notes what it
 * sees; the main thread makes and removes them, and reads the notes. What both touch is guarded by
 * the lock of the table, or the device's own.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <lvmpolld/plugin.h>

#include "operation/terms.h"
#include "util/lock.h"

struct operation;

/* What the monitor saw when it last looked. */
enum observation_kind {
	OBSERVED_NOTHING_YET,
	OBSERVED,           /* verdict tells what is to be done */
	OBSERVED_SUSPENDED, /* the device is there and does no I/O: nothing is to be done */
	OBSERVED_GONE       /* no device has this lvid */
};

struct observation {
	enum observation_kind kind;
	enum lvmpolld_verdict verdict;
	uint64_t signature; /* differs when the names or the table do; 0 where there is none */
	bool is_stalled;    /* no progress for as long as the plugin's stall_check says */
	char *device_name;  /* the device that was read, as it was called; NULL: none yet */
	char *vg_name;      /* as the volume is called now; NULL: not known */
	char *lv_name;
};

/* A step would lose data. */
static inline bool observation_is_loss(const struct observation *observation)
{
	return observation->kind == OBSERVED && observation->verdict == LVMPOLLD_DATA_LOSS;
}

/* The monitor's notes on when to look, and what the main thread wants of it. */
struct device_watch {
	bool is_watched;
	bool is_look_wanted; /* look as soon as possible */
	bool is_settled;     /* it copies, and that is known: only another verdict is news */
	bool is_stepped;     /* an lvm command runs: its work shows in the table */
	bool has_news;       /* it is in the list of news */
	bool is_removed;     /* it is out of the table, and freed when nobody looks any more */
	bool is_unreadable;  /* the latest look could not tell, and that is logged */
	bool is_begun;       /* watching begins: no look since */
	unsigned references; /* looks that are under way */
	unsigned epoch;      /* raised when watching begins anew: an older look no longer counts */
	uint64_t number;     /* where it was last seen; 0 before */
	uint32_t event_number;
	int64_t last_look_ms; /* CLOCK_MONOTONIC */
	int64_t next_look_ms;
	int64_t moved_ms; /* when it last showed progress */
	uint64_t moved_done_sectors;
	int64_t step_due_ms; /* by the speed so far; 0 where that is not known */
};

struct device {
	/* What a plugin is told when the device is looked at: the terms of the first request. */
	struct terms *const terms;

	struct lock lock;
	struct observation observation GUARDED_BY(device_role);
	struct lvmpolld_progress progress GUARDED_BY(device_role);

	/* The main thread's alone: what is done about it, the poll first, its abort second. */
	struct operation *operations[2];
	bool is_loss_noted; /* that a step would lose data is written down */

	/* The table's. */
	struct device_watch watch GUARDED_BY(devices_role);
	TAILQ_ENTRY(device) watched_link;
	TAILQ_ENTRY(device) news_link;
};

TAILQ_HEAD(device_list, device);

struct dm_hash_table;

struct devices {
	struct lock lock;
	struct dm_hash_table *by_lvid GUARDED_BY(devices_role);
	struct device_list watched GUARDED_BY(devices_role); /* those that the monitor looks at */
	size_t watched_count GUARDED_BY(devices_role);
	struct device_list news GUARDED_BY(devices_role); /* those that it saw something of */
};

/* Returns 0 or -ENOMEM. All devices must be removed before devices_destroy. */
int devices_init(struct devices *devices);
void devices_destroy(struct devices *devices);

void devices_lock(struct devices *devices) ACQUIRE(devices_role) EXCLUDES(device_role);
void devices_unlock(struct devices *devices) RELEASE(devices_role);
void device_lock(struct device *device) ACQUIRE(device_role);
void device_unlock(struct device *device) RELEASE(device_role);

/* The device with the lvid of TERMS; a new one where there is none; NULL when out of memory. */
struct device *devices_get(struct devices *devices, struct terms *terms) EXCLUDES(devices_role);
/* The device with LVID or NULL. */
struct device *devices_find(struct devices *devices, const char *lvid) EXCLUDES(devices_role);
/* Removes DEVICE, for which nothing is to be done any more; freed when nobody looks at it. */
void devices_remove(struct devices *devices, struct device *device) EXCLUDES(devices_role);

/* Lets the monitor look at DEVICE, beginning now, so that no older look counts; or no more. */
void devices_watch_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);
void devices_unwatch_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);

/* Between these two DEVICE stays allocated, whatever happens to it. */
void devices_hold_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);
/* Returns false where DEVICE was removed meanwhile, and may be freed now. */
bool devices_release_locked(struct devices *devices, struct device *device) REQUIRES(devices_role)
	EXCLUDES(device_role);

/* Puts DEVICE into the list of news, and takes the first out; NULL when there is none. */
void devices_add_news_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);
struct device *devices_take_news_locked(struct devices *devices) REQUIRES(devices_role);

/* Copies what was seen of DEVICE last. Returns false where there is no memory for the names. */
bool device_copy_observation(struct device *device, struct observation *copy) EXCLUDES(device_role);
void observation_release(struct observation *observation);

struct lvmpolld_progress device_progress(struct device *device) EXCLUDES(device_role);

#endif
