/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the plugins share that take a cache off its volume: the kernel writes back what only the
 * cache has, and lvm2 takes it off in the end.
 */
#ifndef PLUGINS_COMMON_CACHE_REMOVAL_H
#define PLUGINS_COMMON_CACHE_REMOVAL_H

#include <lvmpolld/plugin.h>

#define CACHE_REMOVAL_NOTES_MAX 32

/*
 * Volumes of which a plugin keeps something in mind, by their lvid. Zeroed to begin with. A further
 * one takes the place of the oldest, and a new daemon knows none.
 */
struct cache_removal_notes {
	char lvids[CACHE_REMOVAL_NOTES_MAX][65]; /* "" where there is none */
	size_t next;
};

bool cache_removal_has_note(const struct cache_removal_notes *notes, const char *lvid);
void cache_removal_note(struct cache_removal_notes *notes, const char *lvid);
void cache_removal_forget(struct cache_removal_notes *notes, const char *lvid);

/*
 * The verdict on lines that are no cache's: LVMPOLLD_DONE where they are those of a volume that has
 * none any more, with a warning where none was seen before, or LVMPOLLD_POLL.
 */
enum lvmpolld_verdict cache_removal_read_others(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count,
	const struct lvmpolld_progress *progress);

/*
 * The verdict on a cache that has failed: the operation waits until somebody has seen to it. Tells
 * the log, once, that FAULT is why, and WAY what can be done.
 */
enum lvmpolld_verdict cache_removal_wait_for_repair(const struct lvmpolld_request *request,
	const char *fault, const char *way, struct lvmpolld_progress *progress);

/*
 * Builds "lvchange OPTION VALUE VG/LV"; where OPTION is NULL, the lvconvert that takes the cache
 * off, in the way that the plugin's option "how" says: uncache or splitcache. Returns 0, or what
 * lvmpolld_error_set returned.
 */
int cache_removal_build_arguments(const struct lvmpolld_request *request, const char *option,
	const char *value, struct lvmpolld_arguments *arguments, struct lvmpolld_error *error);

/* Whether the command that has ENDED has said that all is well. */
bool cache_removal_is_success(const struct lvmpolld_exit *ended);

/* The standing by the attributes of the volume, also of one that is not active. */
enum lvmpolld_standing cache_removal_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume);

#endif
