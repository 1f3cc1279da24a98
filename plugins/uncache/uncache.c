/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plugin for caches that are taken off: the kernel writes back what only the cache has, without
 * a lock of lvm2's, and lvm2 takes the cache off when nothing is left to be written back.
 */
#include "config.h"

#include <lvmpolld/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <common/cache_removal.h>

/* lvm2's name of the policy that writes back all that it can, and takes nothing new in. */
#define CLEANER "cleaner"

#define NAME_SIZE 32

/*
 * None is 0, the phase of an operation that is at its begin: the kernel may have kept its policy,
 * so that it does not tell whether an abort has done its work. One whose end is not known is made
 * again.
 */
enum { PHASE_CLEAN = 1, PHASE_TAKE_OFF };

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
	return calloc(1, sizeof(struct cache_removal));
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
	/* lvm2 2.03.16 leaves the policy of a cachevol as it was in the kernel. */
	bool is_changed = cache_removal_is_changed(request);
	bool is_cleaner, is_clean;

	cache_removal_note_cache(request, status->has_failed);
	if (status->has_failed)
		return cache_removal_wait_for_repair(request,
			"has failed, can only be read, or needs a check",
			"\"lvconvert --repair\" and lvmcache(7) tell what can be done", progress);
	progress->failed_devices = 0;
	set_progress(status, progress);
	is_cleaner = strcmp(status->policy, CLEANER) == 0;
	if (is_cleaner)
		cache_removal_set_changed(request, false);
	is_clean = status->dirty_blocks == 0;
	/*
	 * lvm2 writes back with the group's lock held what comes meanwhile. That is little where
	 * nothing is taken in, or where lvchange is of no use and the kernel is ahead of it.
	 */
	if (is_clean && (is_cleaner || !status->is_writeback || is_changed)) {
		progress->phase = PHASE_TAKE_OFF;
		return LVMPOLLD_STEP;
	}
	if (is_cleaner)
		return LVMPOLLD_WATCH;
	/* The policy that the kernel has writes back as it pleases. */
	if (is_changed)
		return LVMPOLLD_WATCH_TIMED;
	progress->phase = PHASE_CLEAN;
	return LVMPOLLD_STEP;
}

static enum lvmpolld_verdict uncache_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct status status = {0};

	/* As that of a pool: it may lie on a cache, and that on it would not tell of the end. */
	if (request->other_layer)
		return LVMPOLLD_POLL;
	if (count == 1 && strcmp(lvmpolld_target_at(targets, 0)->type, "cache") == 0 &&
		read_parameters(lvmpolld_target_at(targets, 0)->parameters, &status))
		return read_cache(request, &status, progress);
	return cache_removal_read_others(request, targets, count, progress);
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
	bool is_change = request->abort || request->phase != PHASE_TAKE_OFF;

	return cache_removal_build_arguments(request, is_change ? "--cachepolicy" : NULL,
		find_policy(request), arguments, error);
}

static enum lvmpolld_outcome uncache_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)progress;
	cache_removal_note_exit(request, ended, request->phase == PHASE_CLEAN);
	return lvmpolld_exit_read_standard(ended);
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
	.read_report = cache_removal_read_report,
	.version = PACKAGE_VERSION,
	.only_by_name = true,
	.startable = true,
	.options = uncache_options,
	.commands = uncache_commands,
	.open = uncache_open,
	.close = free,
	.check_start = cache_removal_check_start,
};

LVMPOLLD_PLUGIN_EXPORT(uncache, uncache_plugin);
