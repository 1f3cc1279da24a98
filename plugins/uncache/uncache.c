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

#include <common/cache_removal.h>

/* lvm2's name of the policy that writes back all that it can, and takes nothing new in. */
#define CLEANER "cleaner"

/* What an abort brings back unless the start says something else: what the table shows at first. */
#define FORMER      "former"
#define NO_SETTINGS "none"

/* lvm2's policy where nobody has said another. */
#define DEFAULT_POLICY "smq"

#define NAME_SIZE     32
#define SETTINGS_SIZE 256
#define SETTINGS_MAX  16

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
	char settings[SETTINGS_SIZE]; /* "migration_threshold=4096"; "": as lvm2 sets it itself */
	char policy[NAME_SIZE];
	char policy_settings[SETTINGS_SIZE]; /* those of the policy, with commas between them */
	bool is_writeback;                   /* what is written may be in the cache alone */
	bool has_failed; /* what is dirty may be lost, or cannot be written back */
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

/* Passes over as many words as the next one says, features, one of which is WANTED. */
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

/*
 * Reads as many words as the next one says, names and values in turn, into SETTINGS. Those of mq,
 * which is smq by another name today, are all 0 and do nothing: where all are, there are none.
 */
static bool read_settings(const char **text, char settings[SETTINGS_SIZE])
{
	char word[NAME_SIZE], value[NAME_SIZE];
	bool is_any = false;
	size_t length = 0;
	unsigned count;

	if (!take_word(text, word) || sscanf(word, "%u", &count) != 1)
		return false;
	for (; count > 1 && take_word(text, word) && take_word(text, value); count -= 2) {
		if (length < SETTINGS_SIZE)
			length += (size_t)snprintf(settings + length, SETTINGS_SIZE - length,
				"%s%s=%s", length > 0 ? "," : "", word, value);
		is_any |= strcmp(value, "0") != 0;
	}
	/* More than there are by far: which are left out nobody could tell. */
	if (!is_any || length >= SETTINGS_SIZE)
		settings[0] = '\0';
	return count == 0;
}

/* That of a new cache: 1 MiB, or eight blocks where they are more. */
static bool is_usual_threshold(const struct status *status)
{
	uint64_t usual = status->block_sectors > 2048 / 8 ? status->block_sectors * 8 : 2048;
	uint64_t threshold;

	return sscanf(status->settings, "migration_threshold=%" SCNu64, &threshold) == 1 &&
	       threshold == usual && !strchr(status->settings, ',');
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
	if (!find_in_list(&text, "writeback", &status->is_writeback) ||
		!read_settings(&text, status->settings) || !take_word(&text, status->policy) ||
		!read_settings(&text, status->policy_settings))
		return false;
	if (is_usual_threshold(status))
		status->settings[0] = '\0';
	return read_health(text, status);
}

/* The option NAME of the start: it has a default, so that it is there. */
static const char *find_option(const struct lvmpolld_request *request, const char *name)
{
	struct lvmpolld_value value = {.struct_size = sizeof(value)};

	return lvmpolld_request_option(request, name, &value) ? value.string : FORMER;
}

static bool is_left_to_us(const struct lvmpolld_request *request, const char *name)
{
	return strcmp(find_option(request, name), FORMER) == 0;
}

static void keep(const struct lvmpolld_request *request, const char *name, const char *value)
{
	if (is_left_to_us(request, name) && lvmpolld_request_set_option(request, name, value) < 0)
		lvmpolld_log(LVMPOLLD_LOG_WARN,
			"its %s \"%s\" cannot be kept: an abort does not bring it back", name,
			value);
}

/* What an abort is to bring back is recorded before lvchange: no table shows it then. */
static void keep_former(const struct lvmpolld_request *request, const struct status *status)
{
	char settings[2 * SETTINGS_SIZE];
	bool is_policy_former;

	keep(request, "policy", status->policy);
	/* Another policy does not have these. */
	is_policy_former = strcmp(find_option(request, "policy"), status->policy) == 0;
	snprintf(settings, sizeof(settings), "%s%s%s", status->settings,
		status->settings[0] != '\0' && status->policy_settings[0] != '\0' &&
				is_policy_former
			? ","
			: "",
		is_policy_former ? status->policy_settings : "");
	keep(request, "settings", settings[0] != '\0' ? settings : NO_SETTINGS);
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
	keep_former(request, status);
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

/*
 * Adds the SETTINGS, which are cut at their commas, to the words of an lvchange. Returns false
 * where one has no value, or where they are too many.
 */
static bool add_settings(char *settings, const char *words[2 * SETTINGS_MAX + 1])
{
	char *rest = settings;
	size_t count = 0;

	for (char *setting; (setting = strsep(&rest, ","));) {
		if (count == 2 * SETTINGS_MAX || !strchr(setting, '='))
			return false;
		words[count++] = "--cachesettings";
		words[count++] = setting;
	}
	words[count] = NULL;
	return true;
}

/* A cache that nobody has seen with another policy than the cleaner gets that of lvm2. */
static int build_change(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	const char *policy =
		is_left_to_us(request, "policy") ? DEFAULT_POLICY : find_option(request, "policy");
	const char *words[2 + 2 * SETTINGS_MAX + 1] = {
		"--cachepolicy", request->abort ? policy : CLEANER, NULL};
	char settings[SETTINGS_SIZE];

	snprintf(settings, sizeof(settings), "%s", find_option(request, "settings"));
	if (request->abort && strcmp(settings, FORMER) != 0 && strcmp(settings, NO_SETTINGS) != 0 &&
		!add_settings(settings, words + 2))
		words[2] = NULL;
	return cache_removal_build_arguments(request, words, arguments, error);
}

static int uncache_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	return request->abort || request->phase != PHASE_TAKE_OFF
		       ? build_change(request, arguments, error)
		       : cache_removal_build_arguments(request, NULL, arguments, error);
}

static int uncache_check_start(const struct lvmpolld_request *request, struct lvmpolld_error *error)
{
	const char *words[2 * SETTINGS_MAX + 1];
	char settings[SETTINGS_SIZE];

	snprintf(settings, sizeof(settings), "%s", find_option(request, "settings"));
	if (strcmp(settings, FORMER) != 0 && strcmp(settings, NO_SETTINGS) != 0 &&
		!add_settings(settings, words))
		return lvmpolld_error_set(error, EINVAL,
			"the option settings is \"%s\", and must be former, none, or at most %d of "
			"NAME=NUMBER with commas between them",
			find_option(request, "settings"), SETTINGS_MAX);
	return cache_removal_check_start(request, error);
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
	{"policy", LVMPOLLD_STRING, FORMER,
		"The policy that an abort gives the cache; former: that which it has at first."},
	{"settings", LVMPOLLD_STRING, FORMER,
		"The settings that an abort gives it, NAME=NUMBER,...; former: as policy; none."},
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
	.check_start = uncache_check_start,
};

LVMPOLLD_PLUGIN_EXPORT(uncache, uncache_plugin);
