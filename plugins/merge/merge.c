/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for snapshot merge: what a snapshot keeps goes back into its origin. */
#include "config.h"

#include <lvmpolld/plugin.h>

#include <libdevmapper.h>
#include <string.h>

/* Memory for the parsed status of one merge; the pool grows if it does not suffice. */
#define STATUS_POOL_HINT 256

/* The line of the merge; NULL if there is none. */
static const struct lvmpolld_target *find_merge(const struct lvmpolld_target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct lvmpolld_target *target = lvmpolld_target_at(targets, i);

		if (strcmp(target->type, "snapshot-merge") == 0)
			return target;
	}
	return NULL;
}

/*
 * The allocated sectors shrink to those of the metadata while chunks go back. How many there were
 * at the start is not in the line; lvm2 counts from the snapshot's size, and so do we.
 */
static enum lvmpolld_verdict read_status(
	const struct dm_status_snapshot *status, struct lvmpolld_progress *progress)
{
	bool merged = status->used_sectors == status->metadata_sectors;

	/* lvm2 decides what becomes of a broken merge. */
	if (status->invalid || status->merge_failed || status->overflow)
		return LVMPOLLD_STEP;
	/* Old kernels do not show the metadata's size, without which the end cannot be seen. */
	if (!status->has_metadata_sectors || status->total_sectors == 0 ||
		status->used_sectors < status->metadata_sectors ||
		status->used_sectors > status->total_sectors)
		return LVMPOLLD_POLL;

	progress->total_sectors = status->total_sectors;
	progress->done_sectors = status->total_sectors - (merged ? 0 : status->used_sectors);
	progress->percent =
		100.0 * ((double)progress->done_sectors / (double)progress->total_sectors);
	return merged ? LVMPOLLD_STEP : LVMPOLLD_WATCH_TIMED;
}

static enum lvmpolld_verdict merge_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	const struct lvmpolld_target *target = find_merge(targets, count);
	enum lvmpolld_verdict verdict = LVMPOLLD_POLL;
	struct dm_status_snapshot *status;
	struct dm_pool *pool;

	(void)request;
	/*
	 * The kernel merges nothing: the merge is over, or waits for the next activation because
	 * the origin was in use. In both cases lvpoll says so and ends at once.
	 */
	if (!target) {
		lvmpolld_progress_wait(progress,
			"it merges when its origin is activated the next time and is not in use");
		return LVMPOLLD_STEP;
	}

	pool = dm_pool_create("merge status", STATUS_POOL_HINT);
	if (!pool)
		return LVMPOLLD_POLL;
	if (dm_get_status_snapshot(pool, target->parameters, &status))
		verdict = read_status(status, progress);
	dm_pool_destroy(pool);
	return verdict;
}

static bool is(const struct lvmpolld_row *volume, const char *field, const char *expected)
{
	const char *value = lvmpolld_row_field(volume, field);

	return value && !strcmp(value, expected);
}

/*
 * lvm2 says that the origin merges until the snapshot is gone, whether the kernel merges or the
 * merge waits for the next activation. Only an active volume shows that the kernel cannot go on.
 */
static enum lvmpolld_standing merge_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	/* The origin should stay: somebody has removed it. */
	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	if (is(volume, "lv_merging", ""))
		return LVMPOLLD_STANDING_OVER;
	if (!is(volume, "lv_merging", "merging"))
		return LVMPOLLD_STANDING_CANNOT_TELL;
	if (is(volume, "lv_merge_failed", "merge failed") ||
		is(volume, "lv_snapshot_invalid", "snapshot invalid"))
		return LVMPOLLD_STANDING_FAILED;
	return LVMPOLLD_STANDING_GOES_ON;
}

/* The kernel merges into the origin, under its own name. What waits for an activation is not seen.
 */
static bool merge_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	return device->layer[0] == '\0' && count == 1 && find_merge(table, count);
}

static const struct lvmpolld_plugin merge_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "merge",
	.operation = "merge",
	.description = "Merges a snapshot into its origin",
	.progress_label = "Merged",
	.read_targets = merge_read_targets,
	.read_report = merge_read_report,
	.version = PACKAGE_VERSION,
	.claims = merge_claims,
};

LVMPOLLD_PLUGIN_EXPORT(merge, merge_plugin);
