/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the kernel's status of a RAID volume: the target "raid". */
#ifndef PLUGINS_COMMON_RAID_STATUS_H
#define PLUGINS_COMMON_RAID_STATUS_H

#include <lvmpolld/plugin.h>

/* As many as the kernel has. */
#define RAID_LEGS_MAX 253

#define RAID_TYPE_SIZE 16

/* What the kernel is about. */
enum raid_action {
	RAID_IDLE,
	RAID_FROZEN,  /* what was under way is halted */
	RAID_RESYNC,  /* all legs are made alike */
	RAID_RECOVER, /* a leg is built anew */
	RAID_CHECK,
	RAID_REPAIR, /* a check that mends, or the synchronisation of what was added at the end */
	RAID_RESHAPE
};

struct raid_status {
	char type[RAID_TYPE_SIZE]; /* as the kernel calls it: "raid5_ls" */
	size_t leg_count;
	/* Legs that the table has behind these, and no data: a reshape takes, or has taken, it off.
	 */
	size_t spare_count;
	/* One letter a leg: A in sync, a not in sync, D failed, - not there. */
	char health[RAID_LEGS_MAX + 1];
	uint64_t done_sectors; /* of each leg, by what is under way */
	uint64_t total_sectors;
	enum raid_action action;
	uint64_t mismatches; /* of the check that is under way, or was the last action; else 0 */
};

/* Returns false where the lines are not those of a RAID volume, or one is not understood. */
bool raid_status_read(
	const struct lvmpolld_target *targets, size_t count, struct raid_status *status);

/*
 * Tells the log each leg that has failed, where they are more than *PROGRESS has of before, and
 * notes there how many they are.
 */
void raid_status_tell_failed(const struct raid_status *status,
	const struct lvmpolld_request *request, struct lvmpolld_progress *progress);

/* How many legs have failed, or are not there. */
uint32_t raid_status_count_failed(const struct raid_status *status);

/* Adds a finding for each leg that has failed: leg_1_failed. */
void raid_status_add_failed(const struct raid_status *status, struct lvmpolld_findings *findings);

/* Whether each leg is in sync, and nothing is under way. */
bool raid_status_is_in_sync(const struct raid_status *status);

/* Sets sectors and percent of *PROGRESS. */
void raid_status_set_progress(const struct raid_status *status, struct lvmpolld_progress *progress);

/*
 * Reads into *STATUS what read_targets would get for the volume of DEVICE, if it is read from this
 * device. Returns false where it is not, or not understood.
 */
bool raid_status_read_device(const struct lvmpolld_device *device, struct raid_status *status);

/*
 * The standing of a volume that has no device: it goes on if lvm2 says that it is a RAID volume,
 * and has failed if it is none any more, or was removed. Of a cached one nobody can tell.
 */
enum lvmpolld_standing raid_status_read_report(const struct lvmpolld_row *volume);

#endif
