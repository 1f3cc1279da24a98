/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plugin for writecaches that are taken off: the kernel writes back what only the cache has,
 * without a lock of lvm2's, and lvm2 takes the cache off when nothing is left to be written back.
 */
#include "config.h"

#include <common/cache_removal.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * None is 0, the phase of an operation that is at its begin: the status does not tell whether an
 * abort has set the cache back, so that one whose end is not known is made again.
 */
enum { PHASE_CLEAN = 1, PHASE_TAKE_OFF };

/*
 * An abort begins with a look. Where the latest that showed the cache is older than this, the
 * volume is gone, and nothing is written back.
 */
#define FRESH_S 5

/* What is kept of an operation. The status does not show the cleaner that lvchange has set. */
struct kept {
	struct cache_removal removal;
	/*
	 * The kernel was writing the cache back when it was looked at last. A change of the table
	 * would wait for the end of that with the volume suspended and the group locked.
	 */
	bool is_written_back;
	time_t seen_s;      /* when that was, by CLOCK_MONOTONIC: it may be gone since */
	bool has_told_wait; /* the log says that an abort waits for that */
};

struct status {
	int64_t error; /* not 0: the cache has failed */
	uint64_t total_blocks;
	uint64_t free_blocks;
	uint64_t writeback_blocks; /* of those that are not free: they are being written back */
};

static void *writecache_detach_open(const struct lvmpolld_request *request)
{
	(void)request;
	return calloc(1, sizeof(struct kept));
}

/* As "0 10200 7128 3072", and behind it what newer kernels count. */
static bool read_parameters(const char *text, struct status *status)
{
	int used = 0;

	if (sscanf(text, "%" SCNd64 " %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", &status->error,
		    &status->total_blocks, &status->free_blocks, &status->writeback_blocks,
		    &used) != 4 ||
		text[used + (int)strspn(text + used, " 0123456789")] != '\0')
		return false;
	return status->total_blocks > 0 && status->free_blocks <= status->total_blocks &&
	       status->writeback_blocks <= status->total_blocks;
}

static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void note_writeback(const struct lvmpolld_request *request, bool is_written_back)
{
	struct kept *kept = request->handle;

	if (!kept)
		return;
	kept->is_written_back = is_written_back;
	kept->seen_s = now_s();
	kept->has_told_wait &= is_written_back;
}

static enum lvmpolld_verdict read_writecache(const struct lvmpolld_request *request,
	const struct status *status, struct lvmpolld_progress *progress)
{
	bool is_cleaner = cache_removal_is_changed(request);
	bool is_written_back = status->writeback_blocks > 0;

	note_writeback(request, is_written_back);
	cache_removal_note_cache(request, status->error != 0);
	if (status->error != 0)
		return cache_removal_wait_for_repair(request, "has failed",
			"lvmpolld-writecache_detach(7) tells what can be done", progress);
	progress->failed_devices = 0;
	/* How large a block is, the status does not tell. */
	progress->percent = 100.0 * ((double)status->free_blocks / (double)status->total_blocks);
	if (is_cleaner && !is_written_back && status->free_blocks == status->total_blocks) {
		progress->phase = PHASE_TAKE_OFF;
		return LVMPOLLD_STEP;
	}
	if (is_cleaner || is_written_back)
		return LVMPOLLD_WATCH_TIMED;
	progress->phase = PHASE_CLEAN;
	return LVMPOLLD_STEP;
}

static enum lvmpolld_verdict writecache_detach_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct status status = {0};

	/* As that of a pool: it may lie on a cache, and that on it would not tell of the end. */
	if (request->other_layer)
		return LVMPOLLD_POLL;
	if (count == 1 && strcmp(lvmpolld_target_at(targets, 0)->type, "writecache") == 0 &&
		read_parameters(lvmpolld_target_at(targets, 0)->parameters, &status))
		return read_writecache(request, &status, progress);
	note_writeback(request, false);
	return cache_removal_read_others(request, targets, count, progress);
}

/* The daemon waits for what is busy as long as it lasts, and looks at the volume again meanwhile.
 */
static int hold_abort_back(struct kept *kept, struct lvmpolld_error *error)
{
	if (!kept->has_told_wait)
		lvmpolld_log(LVMPOLLD_LOG_WARN,
			"its cache is being written back: the abort waits for the end of that, so "
			"as not to hold up the volume and its group");
	kept->has_told_wait = true;
	return lvmpolld_error_set(error, EBUSY, "its cache is being written back");
}

static int writecache_detach_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	const char *const change[] = {
		"--cachesettings", request->abort ? "cleaner=0" : "cleaner=1", NULL};
	bool is_change = request->abort || request->phase != PHASE_TAKE_OFF;
	struct kept *kept = request->handle;

	if (request->abort && kept && kept->is_written_back && now_s() - kept->seen_s <= FRESH_S)
		return hold_abort_back(kept, error);
	return cache_removal_build_arguments(request, is_change ? change : NULL, arguments, error);
}

static enum lvmpolld_outcome writecache_detach_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)progress;
	cache_removal_note_exit(request, ended, request->phase == PHASE_CLEAN);
	return lvmpolld_exit_read_standard(ended);
}

static const char *const writecache_detach_commands[] = {"lvchange", "lvconvert", NULL};

static const struct lvmpolld_key writecache_detach_options[] = {
	{"how", LVMPOLLD_STRING, "uncache",
		"uncache: the cache is removed; splitcache: its volume is kept."},
	{NULL, LVMPOLLD_STRING, NULL, NULL},
};

static const struct lvmpolld_plugin writecache_detach_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "writecache_detach",
	.operation = "writecache_detach",
	.description = "Takes a writecache off its volume when nothing is left to be written back",
	.supports_abort = true,
	.build_arguments = writecache_detach_build_arguments,
	.read_targets = writecache_detach_read_targets,
	.read_exit = writecache_detach_read_exit,
	.layer = "real",
	.read_report = cache_removal_read_report,
	.version = PACKAGE_VERSION,
	.only_by_name = true,
	.startable = true,
	.options = writecache_detach_options,
	.commands = writecache_detach_commands,
	.open = writecache_detach_open,
	.close = free,
	.check_start = cache_removal_check_start,
};

LVMPOLLD_PLUGIN_EXPORT(writecache_detach, writecache_detach_plugin);
