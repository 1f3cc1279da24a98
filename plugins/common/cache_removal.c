/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the plugins share that take a cache off its volume. */
#include "config.h"

#include <common/cache_removal.h>
#include <common/volume_command.h>

#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What is not a cache may never have been one, or is the volume below it by now. That of a pool is
 * a hidden volume's: the table of a thin volume proves nothing. A vdo volume is linear here.
 */
static bool is_without_cache(const struct lvmpolld_target *targets, size_t count)
{
	static const char *const types[] = {"linear", "striped", "raid"};

	for (size_t i = 0; i < count; i++) {
		const char *type = lvmpolld_target_at(targets, i)->type;
		size_t known = 0;

		while (known < COUNT(types) && strcmp(type, types[known]) != 0)
			known++;
		if (known == COUNT(types))
			return false;
	}
	return count > 0;
}

enum lvmpolld_verdict cache_removal_read_others(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count,
	const struct lvmpolld_progress *progress)
{
	const struct cache_removal *kept = request->handle;

	if (!is_without_cache(targets, count))
		return LVMPOLLD_POLL;
	/* The progress outlives an upgrade. */
	if ((!kept || !kept->has_seen_cache) && progress->percent < 0)
		lvmpolld_log(LVMPOLLD_LOG_WARN, "it has no cache of its own");
	return LVMPOLLD_DONE;
}

void cache_removal_note_cache(const struct lvmpolld_request *request, bool has_failed)
{
	struct cache_removal *kept = request->handle;

	if (!kept)
		return;
	kept->has_seen_cache = true;
	kept->has_told_failure &= has_failed;
}

enum lvmpolld_verdict cache_removal_wait_for_repair(const struct lvmpolld_request *request,
	const char *fault, const char *way, struct lvmpolld_progress *progress)
{
	struct cache_removal *kept = request->handle;

	if (!kept || !kept->has_told_failure)
		lvmpolld_log(LVMPOLLD_LOG_ERROR,
			"its cache %s: what only the cache has would be lost without it, so it is "
			"not taken off; %s",
			fault, way);
	if (kept)
		kept->has_told_failure = true;
	progress->failed_devices = 1;
	return LVMPOLLD_WATCH_TIMED;
}

/* "--uncache" or "--splitcache", as the start has said; NULL where it has said something else. */
static const char *find_way(const struct lvmpolld_request *request)
{
	struct lvmpolld_value how = {.struct_size = sizeof(how)};

	if (!lvmpolld_request_option(request, "how", &how))
		return NULL;
	return strcmp(how.string, "uncache") == 0      ? "--uncache"
	       : strcmp(how.string, "splitcache") == 0 ? "--splitcache"
						       : NULL;
}

int cache_removal_check_start(const struct lvmpolld_request *request, struct lvmpolld_error *error)
{
	return find_way(request) ? 0
				 : lvmpolld_error_set(error, EINVAL,
					   "the option how must be uncache or splitcache");
}

int cache_removal_build_arguments(const struct lvmpolld_request *request, const char *const *change,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	const char *const way[] = {find_way(request), NULL};
	int result = cache_removal_check_start(request, error);

	if (result < 0)
		return result;
	return volume_command_build(request, change ? "lvchange" : "lvconvert",
		change ? change : way, arguments, error);
}

bool cache_removal_is_changed(const struct lvmpolld_request *request)
{
	const struct cache_removal *kept = request->handle;

	return kept && kept->is_changed;
}

void cache_removal_set_changed(const struct lvmpolld_request *request, bool is_changed)
{
	struct cache_removal *kept = request->handle;

	if (kept)
		kept->is_changed = is_changed;
}

void cache_removal_note_exit(
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended, bool is_change)
{
	bool is_success =
		ended->status == 0 && ended->signal == 0 && ended->presence == LVMPOLLD_UNKNOWN;

	if (request->abort)
		cache_removal_set_changed(request, false);
	else if (is_change && is_success)
		cache_removal_set_changed(request, true);
}

enum lvmpolld_standing cache_removal_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *attributes;

	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	attributes = lvmpolld_row_field(volume, "lv_attr");
	/* There is no cache any more that an abort could set back; an origin may hide one. */
	if (request->abort && attributes && attributes[0] != '\0' && !strchr("CoO", attributes[0]))
		return LVMPOLLD_STANDING_FAILED;
	return attributes && attributes[0] == 'C' ? LVMPOLLD_STANDING_GOES_ON
						  : LVMPOLLD_STANDING_CANNOT_TELL;
}
