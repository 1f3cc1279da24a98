/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the kernel's table of a volume whose data is copied by the target "mirror". */
#ifndef PLUGINS_COMMON_MIRROR_TARGETS_H
#define PLUGINS_COMMON_MIRROR_TARGETS_H

#include <lvmpolld/plugin.h>

/* Where data is lacking: the first leg is what is copied from. */
enum mirror_lack { MIRROR_LACKS_NOTHING, MIRROR_LACKS_AT_OTHERS, MIRROR_LACKS_AT_FIRST };

/*
 * Sets all of *PROGRESS and returns the verdict:
 * - a mirror that is still copying: LVMPOLLD_WATCH, since dm-mirror raises an event at the end;
 * - every mirror in sync, one with a failed leg, or none at all: LVMPOLLD_STEP;
 * - lines that cannot be what lvm2 makes: LVMPOLLD_POLL, with *PROGRESS left alone;
 * - out of memory for a line: LVMPOLLD_WATCH_TIMED, with *PROGRESS left alone and a word in the
 * log.
 *
 * *LACK tells at which leg a mirror has failed to copy or to write data. Where
 * errors are not handled, as in lvm2's mirrors for a move, the kernel takes what could not be
 * copied for copied all the same, and no longer shows the failure when the rest is copied, too.
 */
enum lvmpolld_verdict mirror_targets_read(const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress, enum mirror_lack *lack);

/*
 * Adds to COPIES the first leg of each mirror with each of its others, by the lines of "dmsetup
 * table". Returns false where a line of a mirror is not understood.
 */
bool mirror_targets_read_copies(
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies);

/* Tells the disks of the mirrors among the lines: data comes from the first leg, and goes to the
 * others. */
void mirror_targets_read_disks(
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks);

/*
 * Whether lines of "dmsetup table" are those of a mirror that lvm2 has made on this machine alone:
 * at least one mirror, whose log is no cluster's, beside plain segments.
 */
bool mirror_targets_are_local(const struct lvmpolld_target *table, size_t count);

/* Whether TEXT is PREFIX and then a number. */
bool mirror_targets_is_numbered(const char *text, const char *prefix);

#endif
