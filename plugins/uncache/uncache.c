/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plugin for caches that are taken off: the kernel writes back what only the cache has, without
 * a lock of lvm2's, and lvm2 takes the cache off when nothing is left to be written back.
 */
#include "config.h"

#include <lvmpolld/plugin.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* lvm2's name of the policy that writes back all that it can, and takes nothing new in. */
#define CLEANER "cleaner"

#define NAME_SIZE    32
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PHASE_CLEAN, PHASE_TAKE_OFF };

/* What is known of an operation beside its table. */
struct kept {
	/*
	 * lvchange says that it has changed the policy, which lvm2 2.03.16 leaves as it was in the
	 * kernel for a cachevol. Where that is forgotten, as by a new daemon, it says so again.
	 */
	bool is_changed;
	bool has_seen_cache;
	bool has_told_failure;
};

struct status {
	uint64_t block_sectors;
	uint64_t used_blocks;
	uint64_t dirty_blocks;
	char policy[NAME_SIZE];
	bool is_writeback; /* what is written may be in the cache alone */
	bool has_failed;   /* what is dirty may be lost, or cannot be written back */
};

static void *uncache_open(const struct lvmpolld_request *request)
{
	(void)request;
	return calloc(1, sizeof(struct kept));
}

static void note_changed(const struct lvmpolld_request *request, bool is_changed)
{
	struct kept *kept = request->handle;

	if (kept)
		kept->is_changed = is_changed;
}

static bool is_changed(const struct lvmpolld_request *request)
{
	const struct kept *kept = request->handle;

	return kept && kept->is_changed;
}

/* Takes the next word of *TEXT into WORD. Returns false where there is none, or it is too long. */
static bool take_word(const char **text, char word[NAME_SIZE])
{
	size_t length;

	*text += strspn(*text, " ");
	length = strcspn(*text, " ");
	if (length == 0 || length >= NAME_SIZE)
		return false;
	memcpy(word, *text, length);
	word[length] = '\0';
	*text += length;
	return true;
}

/* Passes over as many words as the next one says: arguments, or features, one of which is WANTED.
 */
static bool find_in_list(const char **text, const char *wanted, bool *is_found)
{
	char word[NAME_SIZE];
	unsigned count;

	*is_found = false;
	if (!take_word(text, word) || sscanf(word, "%u", &count) != 1)
		return false;
	for (; count > 0 && take_word(text, word); count--)
		*is_found |= strcmp(word, wanted) == 0;
	return count == 0;
}

static bool pass_list(const char **text)
{
	bool unused;

	return find_in_list(text, "", &unused);
}

/* "rw -" at the end: how the metadata can be used, and whether it must be checked. */
static bool read_health(const char *text, struct status *status)
{
	char mode[NAME_SIZE], check[NAME_SIZE] = "-";

	if (!take_word(&text, mode))
		return false;
	/* Kernels before 4.2 tell nothing more. */
	take_word(&text, check);
	if ((strcmp(mode, "rw") != 0 && strcmp(mode, "ro") != 0) ||
		(strcmp(check, "-") != 0 && strcmp(check, "needs_check") != 0))
		return false;
	status->has_failed = strcmp(mode, "ro") == 0 || strcmp(check, "needs_check") == 0;
	return true;
}

/*
 * As "8 9/1280 64 256/352 256 768 0 0 0 256 200 2 metadata2 writeback 2 migration_threshold 2048
 * smq 0 rw -": the blocks of metadata, the sectors of a block, the blocks that are used, six
 * counts, the dirty blocks, features, arguments, the policy with its arguments, and the health.
 */
static bool read_parameters(const char *text, struct status *status)
{
	uint64_t all_blocks;
	int used = 0;

	if (strcmp(text, "Fail") == 0 || strcmp(text, "Error") == 0) {
		status->has_failed = true;
		return true;
	}
	if (sscanf(text,
		    "%*u %*u/%*u %" SCNu64 " %" SCNu64 "/%" SCNu64
		    " %*u %*u %*u %*u %*u %*u %" SCNu64 "%n",
		    &status->block_sectors, &status->used_blocks, &all_blocks,
		    &status->dirty_blocks, &used) != 4 ||
		used == 0 || status->used_blocks > all_blocks ||
		status->dirty_blocks > status->used_blocks || status->block_sectors == 0 ||
		all_blocks > INT64_MAX / 512 / status->block_sectors)
		return false;
	text += used;
	return find_in_list(&text, "writeback", &status->is_writeback) && pass_list(&text) &&
	       take_word(&text, status->policy) && pass_list(&text) && read_health(text, status);
}

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

/* The operation waits until somebody has seen to it. */
static enum lvmpolld_verdict wait_for_repair(
	const struct lvmpolld_request *request, struct lvmpolld_progress *progress)
{
	struct kept *kept = request->handle;

	if (!kept || !kept->has_told_failure)
		lvmpolld_log(LVMPOLLD_LOG_ERROR,
			"its cache has failed, can only be read, or needs a check: what "
			"only the cache has would be lost without it, so it is not taken off; "
			"\"lvconvert --repair\" and lvmcache(7) tell what can be done");
	if (kept)
		kept->has_told_failure = true;
	progress->failed_devices = 1;
	return LVMPOLLD_WATCH_TIMED;
}

static void set_progress(const struct status *status, struct lvmpolld_progress *progress)
{
	uint64_t clean_blocks = status->used_blocks - status->dirty_blocks;

	progress->total_sectors = status->used_blocks * status->block_sectors;
	progress->done_sectors = clean_blocks * status->block_sectors;
	progress->percent = status->dirty_blocks == 0
				    ? 100
				    : 100.0 * ((double)clean_blocks / (double)status->used_blocks);
}

static enum lvmpolld_verdict read_cache(const struct lvmpolld_request *request,
	const struct status *status, struct lvmpolld_progress *progress)
{
	struct kept *kept = request->handle;
	bool is_cleaner, is_clean;

	if (kept)
		kept->has_seen_cache = true;
	if (status->has_failed)
		return wait_for_repair(request, progress);
	if (kept)
		kept->has_told_failure = false;
	progress->failed_devices = 0;
	set_progress(status, progress);
	is_cleaner = strcmp(status->policy, CLEANER) == 0;
	if (is_cleaner)
		note_changed(request, false);
	is_clean = status->dirty_blocks == 0;
	/*
	 * lvm2 writes back with the group's lock held what comes meanwhile. That is little where
	 * nothing is taken in, or where lvchange is of no use and the kernel is ahead of it.
	 */
	if (is_clean && (is_cleaner || !status->is_writeback || is_changed(request))) {
		progress->phase = PHASE_TAKE_OFF;
		return LVMPOLLD_STEP;
	}
	if (is_cleaner)
		return LVMPOLLD_WATCH;
	/* The policy that the kernel has writes back as it pleases. */
	if (is_changed(request))
		return LVMPOLLD_WATCH_TIMED;
	progress->phase = PHASE_CLEAN;
	return LVMPOLLD_STEP;
}

static enum lvmpolld_verdict uncache_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	const struct kept *kept = request->handle;
	struct status status = {0};

	/* As that of a pool: it may lie on a cache, and that on it would not tell of the end. */
	if (request->other_layer)
		return LVMPOLLD_POLL;
	if (count == 1 && strcmp(lvmpolld_target_at(targets, 0)->type, "cache") == 0 &&
		read_parameters(lvmpolld_target_at(targets, 0)->parameters, &status))
		return read_cache(request, &status, progress);
	if (!is_without_cache(targets, count))
		return LVMPOLLD_POLL;
	if (!kept || !kept->has_seen_cache)
		lvmpolld_log(LVMPOLLD_LOG_WARN, "it has no cache of its own");
	return LVMPOLLD_DONE;
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

/* An abort brings back the policy that the start has said. */
static const char *find_policy(const struct lvmpolld_request *request)
{
	struct lvmpolld_value policy = {.struct_size = sizeof(policy)};

	return request->abort && lvmpolld_request_option(request, "policy", &policy) ? policy.string
										     : CLEANER;
}

static int uncache_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	const char *policy = find_policy(request);
	const char *way = find_way(request);
	char volume[300];
	const char *const change[] = {"lvchange", "--cachepolicy", policy, volume, NULL};
	const char *const take_off[] = {"lvconvert", way, volume, NULL};
	bool is_change = request->abort || request->phase == PHASE_CLEAN;
	int result;

	if (!way)
		return lvmpolld_error_set(
			error, EINVAL, "the option how must be uncache or splitcache");
	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	result = add_each(arguments, is_change ? change : take_off);
	if (result == 0 && request->devices_file)
		result = add_each(arguments,
			(const char *const[]){"--devicesfile", request->devices_file, NULL});
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

static enum lvmpolld_outcome uncache_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)progress;
	if (request->abort)
		note_changed(request, false);
	else if (request->phase == PHASE_CLEAN && ended->status == 0 && ended->signal == 0 &&
		 ended->presence == LVMPOLLD_UNKNOWN)
		note_changed(request, true);
	return lvmpolld_exit_read_standard(ended);
}

/* By the attributes of a volume that is not active, too. */
static enum lvmpolld_standing uncache_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *attributes;

	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	attributes = lvmpolld_row_field(volume, "lv_attr");
	/* There is no cache any more whose policy an abort could set; an origin may hide one. */
	if (request->abort && attributes && attributes[0] != '\0' && !strchr("CoO", attributes[0]))
		return LVMPOLLD_STANDING_FAILED;
	return attributes && attributes[0] == 'C' ? LVMPOLLD_STANDING_GOES_ON
						  : LVMPOLLD_STANDING_CANNOT_TELL;
}

static const char *const uncache_commands[] = {"lvchange", "lvconvert", NULL};

static const struct lvmpolld_key uncache_options[] = {
	{"how", LVMPOLLD_STRING, "uncache",
		"uncache: the cache is removed; splitcache: its volume is kept."},
	{"policy", LVMPOLLD_STRING, "smq", "The policy that an abort gives the cache again."},
	{NULL, LVMPOLLD_STRING, NULL, NULL},
};

static const struct lvmpolld_plugin uncache_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "uncache",
	.operation = "uncache",
	.description = "Takes a cache off its volume when nothing is left to be written back",
	.supports_abort = true,
	.build_arguments = uncache_build_arguments,
	.read_targets = uncache_read_targets,
	.read_exit = uncache_read_exit,
	.layer = "real",
	.read_report = uncache_read_report,
	.version = PACKAGE_VERSION,
	.only_by_name = true,
	.startable = true,
	.options = uncache_options,
	.commands = uncache_commands,
	.open = uncache_open,
	.close = free,
};

LVMPOLLD_PLUGIN_EXPORT(uncache, uncache_plugin);
