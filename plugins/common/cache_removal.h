/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the plugins share that take a cache off its volume: the kernel writes back what only the
 * cache has, and lvm2 takes it off in the end.
 */
#ifndef PLUGINS_COMMON_CACHE_REMOVAL_H
#define PLUGINS_COMMON_CACHE_REMOVAL_H

#include <lvmpolld/plugin.h>

/* What is kept of an operation: its handle, or the first member of that. Zeroed to begin with. */
struct cache_removal {
	bool is_changed; /* lvchange has said that the kernel writes the cache back from now on */
	bool has_seen_cache;
	bool has_told_failure;
};

/*
 * The verdict on lines that are no cache's: LVMPOLLD_DONE where they are those of a volume that has
 * none any more, with a warning where none was seen before, or LVMPOLLD_POLL.
 */
enum lvmpolld_verdict cache_removal_read_others(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count,
	const struct lvmpolld_progress *progress);

/* The lines are those of a cache, which HAS_FAILED or not. */
void cache_removal_note_cache(const struct lvmpolld_request *request, bool has_failed);

/*
 * The verdict on a cache that has failed: the operation waits until somebody has seen to it. Tells
 * the log, once, that FAULT is why, and WAY what can be done.
 */
enum lvmpolld_verdict cache_removal_wait_for_repair(const struct lvmpolld_request *request,
	const char *fault, const char *way, struct lvmpolld_progress *progress);

/*
 * Builds "lvchange CHANGE VG/LV", CHANGE being words ended by NULL; where it is NULL, the lvconvert
 * that takes the cache off, in the way that the plugin's option "how" says: uncache or splitcache.
 * Returns 0, or what lvmpolld_error_set returned.
 */
int cache_removal_build_arguments(const struct lvmpolld_request *request, const char *const *change,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error);

/* Whether the option how is one of both: 0, or what lvmpolld_error_set returned. */
int cache_removal_check_start(const struct lvmpolld_request *request, struct lvmpolld_error *error);

/* Whether lvchange has said so; where nothing could be kept, and for a new daemon, it has not. */
bool cache_removal_is_changed(const struct lvmpolld_request *request);
void cache_removal_set_changed(const struct lvmpolld_request *request, bool is_changed);
/* A command has ENDED: where IS_CHANGE is true, that lvchange, or an abort's. */
void cache_removal_note_exit(
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended, bool is_change);

/* The standing by the attributes of the volume, also of one that is not active. */
enum lvmpolld_standing cache_removal_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume);

#endif
