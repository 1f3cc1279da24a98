/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the plugins share that take a cache off its volume. */
#include "config.h"

#include <common/cache_removal.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The place of LVID among NOTES; CACHE_REMOVAL_NOTES_MAX: it has none. */
static size_t find_note(const struct cache_removal_notes *notes, const char *lvid)
{
	size_t i = 0;

	while (i < COUNT(notes->lvids) && strcmp(notes->lvids[i], lvid) != 0)
		i++;
	return i;
}

bool cache_removal_has_note(const struct cache_removal_notes *notes, const char *lvid)
{
	return find_note(notes, lvid) < COUNT(notes->lvids);
}

void cache_removal_note(struct cache_removal_notes *notes, const char *lvid)
{
	if (cache_removal_has_note(notes, lvid))
		return;
	snprintf(notes->lvids[notes->next], sizeof(notes->lvids[0]), "%s", lvid);
	notes->next = (notes->next + 1) % COUNT(notes->lvids);
}

void cache_removal_forget(struct cache_removal_notes *notes, const char *lvid)
{
	size_t place = find_note(notes, lvid);

	if (place < COUNT(notes->lvids))
		notes->lvids[place][0] = '\0';
}

/*
 * What is not a cache may never have been one, or is the volume below it by now. That of a vdo
 * volume, a pool and the like is a hidden volume's: their tables prove nothing.
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
	if (!is_without_cache(targets, count))
		return LVMPOLLD_POLL;
	if (progress->percent < 0)
		lvmpolld_log(LVMPOLLD_LOG_WARN, "%s/%s: it has no cache: nothing is to be done",
			request->vg_name, request->lv_name);
	return LVMPOLLD_DONE;
}

enum lvmpolld_verdict cache_removal_wait_for_repair(const struct lvmpolld_request *request,
	const char *fault, const char *way, struct lvmpolld_progress *progress)
{
	if (progress->failed_devices == 0)
		lvmpolld_log(LVMPOLLD_LOG_ERROR,
			"%s/%s: its cache %s: what only the cache has would be lost without it, so "
			"it is not taken off; %s",
			request->vg_name, request->lv_name, fault, way);
	progress->failed_devices = 1;
	return LVMPOLLD_WATCH_TIMED;
}

static int add_each(struct lvmpolld_arguments *arguments, const char *const *values)
{
	int result = 0;

	for (; result == 0 && *values; values++)
		result = lvmpolld_arguments_add(arguments, *values);
	return result;
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

int cache_removal_build_arguments(const struct lvmpolld_request *request, const char *option,
	const char *value, struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	const char *way = find_way(request);
	char volume[300];
	const char *const change[] = {"lvchange", option, value, volume, NULL};
	const char *const take_off[] = {"lvconvert", way, volume, NULL};
	int result;

	if (!way)
		return lvmpolld_error_set(
			error, EINVAL, "the option how must be uncache or splitcache");
	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	result = add_each(arguments, option ? change : take_off);
	if (result == 0 && request->devices_file)
		result = add_each(arguments,
			(const char *const[]){"--devicesfile", request->devices_file, NULL});
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

bool cache_removal_is_success(const struct lvmpolld_exit *ended)
{
	return ended->status == 0 && ended->signal == 0 && ended->presence == LVMPOLLD_UNKNOWN;
}

enum lvmpolld_standing cache_removal_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *attributes;

	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	attributes = lvmpolld_row_field(volume, "lv_attr");
	/* There is no cache any more that an abort could set back. */
	if (request->abort && attributes && attributes[0] == '-')
		return LVMPOLLD_STANDING_FAILED;
	return attributes && attributes[0] == 'C' ? LVMPOLLD_STANDING_GOES_ON
						  : LVMPOLLD_STANDING_CANNOT_TELL;
}
