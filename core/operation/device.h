/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device: a volume as the kernel shows it. It is known by its lvid alone: its names and the
 * clients that ask for it may change. The monitor looks at the devices that are watched, and notes
 * an observation in each. The life cycle makes and removes devices, and reads the observations.
 * What both touch is guarded by the lock of the table, or by the device's own.
 */
#ifndef CORE_OPERATION_DEVICE_H
#define CORE_OPERATION_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <lvmpolld/plugin.h>

#include "comparing/copies.h"
#include "kernel_log/kernel_log.h"
#include "loader/findings.h"
#include "operation/rate.h"
#include "operation/terms.h"
#include "util/lock.h"

struct lvmpolld_disks;
struct operation;

/* What the monitor saw at its latest look. */
enum observation_kind {
	OBSERVED_NOTHING_YET,
	OBSERVED,           /* the verdict tells what the operation needs */
	OBSERVED_SUSPENDED, /* the device does no I/O: nothing is to be done */
	OBSERVED_GONE       /* no device has this lvid */
};

struct observation {
	enum observation_kind kind;
	enum lvmpolld_verdict verdict;
	uint64_t signature;       /* differs when names, table or phase do; 0: not known */
	uint64_t table_signature; /* differs when the table does; 0: not known, or wiped */
	bool is_stalled;          /* no progress for as long as the plugin's stall_check says */
	struct lvmpolld_copies copies; /* what must be equal before the step that is due */
	uint64_t copies_signature;     /* differs when that, the device or its table does; or 0 */
	/* What the kernel's log told after the table was read, or when it was first gone. */
	struct kernel_log_state log;
	bool is_whole;     /* by its progress all is copied, or it tells none */
	unsigned epoch;    /* of the watch, at the look; a loss may be from an earlier one */
	bool has_loss;     /* a look has shown that a step would lose data: that stays so */
	unsigned ended;    /* of the watch, at the look that has shown the names */
	char *device_name; /* the name of the device that was read; NULL: none yet */
	char *vg_name;     /* the volume's present names; NULL: not known */
	char *lv_name;
};

/* Whether a step is known to lose data; see lifecycle/losses.h. */
enum device_loss {
	LOSS_UNSEEN,
	LOSS_SEEN, /* that is not on disk yet */
	LOSS_NOTED
};

/* When to look at a device, and what the life cycle wants of the monitor. */
struct device_watch {
	bool is_watched;
	bool is_look_wanted; /* look as soon as possible */
	bool is_copying;     /* it copies, and the operation knows: only a change is news */
	bool has_command;    /* an lvm command runs: its work shows in the table */
	bool has_news;       /* it is in the list of devices with news */
	bool is_removed;     /* it is out of the table, and freed when no look is under way */
	bool is_unreadable;  /* the latest look could not read it, and that is logged */
	bool is_begun;       /* watching has begun, and there was no look since */
	unsigned references; /* looks that are under way */
	unsigned epoch;      /* raised when watching begins: ends older looks */
	unsigned ended;      /* lvm commands for it that have ended, or are known not to run */
	uint64_t number;     /* the device number at the latest look; 0: not known */
	uint32_t event_number;
	int64_t last_look_ms; /* CLOCK_MONOTONIC */
	int64_t next_look_ms;
	int64_t moved_ms;    /* when it last showed progress */
	struct extent moved; /* how far it was then */
	int64_t step_due_ms; /* when a step should be due, by the speed so far; 0: not known */
};

struct device {
	/* What a plugin is told at a look: the terms of the first request for the operation. */
	struct terms *terms;

	struct lock lock;
	struct observation observation GUARDED_BY(device_role);
	struct lvmpolld_progress progress GUARDED_BY(device_role);
	struct rate rate GUARDED_BY(device_role);             /* by schedule_clock_ms */
	struct lvmpolld_disks *disks GUARDED_BY(device_role); /* disks; NULL: none is known */
	unsigned quarter GUARDED_BY(device_role);             /* the last that it has come to */
	int64_t stalled_since_ms GUARDED_BY(device_role);     /* as it was told; 0: it moves */
	struct lvmpolld_findings findings GUARDED_BY(device_role);

	/* The life cycle's: the operation on the device, then its abort; or NULL. */
	struct operation *operations[2];
	void *handle; /* what the plugin keeps of both; or NULL. Main thread */
	enum device_loss loss;

	/* Guarded by the table's lock. */
	struct device_watch watch GUARDED_BY(devices_role);
	TAILQ_ENTRY(device) link; /* in devices->all */
	TAILQ_ENTRY(device) watched_link;
	TAILQ_ENTRY(device) news_link;
};

TAILQ_HEAD(device_list, device);

struct dm_hash_table;

struct devices {
	struct device_list all; /* the life cycle's alone */
	struct lock lock;
	struct dm_hash_table *by_lvid GUARDED_BY(devices_role);
	struct device_list watched GUARDED_BY(devices_role); /* those that the monitor looks at */
	size_t watched_count GUARDED_BY(devices_role);
	struct device_list news GUARDED_BY(devices_role); /* with an unread observation */
};

/* Returns 0 or -ENOMEM. All devices must be removed before devices_destroy. */
int devices_init(struct devices *devices);
void devices_destroy(struct devices *devices);

/* Forgets what was seen of DEVICE, but not a loss. */
void device_forget(struct device *device) EXCLUDES(device_role);
/*
 * DEVICE, which has no operation, and was kept for a loss or a look, is that of one with TERMS from
 * now on: another plugin may look at it.
 */
void device_renew(struct device *device, struct terms *terms) EXCLUDES(device_role);

/*
 * TERMS, which are of an operation on DEVICE, as a plugin gets them: with the handle of the
 * operation, which is opened if need be. Main thread.
 */
struct lvmpolld_request device_asked(struct device *device, const struct terms *terms);
/* The operation on DEVICE is over: its plugin takes back the handle. Main thread. */
void device_close(struct device *device);

/* No lvm command runs for DEVICE any more: what it has changed no look so far has shown. */
void devices_note_ended(struct devices *devices, struct device *device);

void devices_lock(struct devices *devices) ACQUIRE(devices_role) EXCLUDES(device_role);
void devices_unlock(struct devices *devices) RELEASE(devices_role);
void device_lock(struct device *device) ACQUIRE(device_role);
void device_unlock(struct device *device) RELEASE(device_role);

/* The device with the lvid of TERMS, made if it is missing; NULL when out of memory. */
struct device *devices_get(struct devices *devices, struct terms *terms) EXCLUDES(devices_role);
/* The device with LVID or NULL. */
struct device *devices_find(struct devices *devices, const char *lvid) EXCLUDES(devices_role);
/* Removes DEVICE, which has no operation any more. It is freed when no look is under way. */
void devices_remove(struct devices *devices, struct device *device) EXCLUDES(devices_role);

/*
 * Lets the monitor look at DEVICE from now on, so that earlier observations do not count; or no
 * longer.
 */
void devices_watch_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);
void devices_unwatch_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);

/* Whether a look at DEVICE is under way. */
bool devices_is_held(struct devices *devices, const struct device *device);

/* Between these two calls DEVICE stays allocated. */
void devices_hold_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);
/* Returns false if DEVICE was removed meanwhile; the caller must free it then. */
bool devices_release_locked(struct devices *devices, struct device *device) REQUIRES(devices_role)
	EXCLUDES(device_role);

/* Puts DEVICE into the list of news; and takes the first one out, NULL if the list is empty. */
void devices_add_news_locked(struct devices *devices, struct device *device) REQUIRES(devices_role);
struct device *devices_take_news_locked(struct devices *devices) REQUIRES(devices_role);

/* Copies the latest observation of DEVICE. Returns false when out of memory for the names. */
bool device_copy_observation(struct device *device, struct observation *copy) EXCLUDES(device_role);
void observation_release(struct observation *observation);

struct lvmpolld_progress device_progress(struct device *device) EXCLUDES(device_role);
/* Writes the findings as text; "" where there is none. */
void device_write_findings(struct device *device, char text[FINDINGS_TEXT_SIZE])
	EXCLUDES(device_role);

#endif
