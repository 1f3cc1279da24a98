/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for integrity of RAID volumes: the kernel reckons the checksums of all their images.
 */
#include "config.h"

#include <common/raid_status.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What stands between the names of a RAID volume and the number of its image. */
#define IMAGE "_rimage_"

/* As many as there can be in bytes: those of all images can be added. */
#define SECTORS_MAX (INT64_MAX / 512)

struct status {
	uint64_t mismatches; /* checksums that were found to be wrong since the activation */
	uint64_t done_sectors;
	uint64_t total_sectors;
	size_t failed; /* images that are not there, or whose I/O fails */
};

/*
 * As "0 24576 4096": how far the checksums are reckoned is the last number. In its place "-" says
 * that none are, and not whether they all were.
 */
static bool read_image(const struct lvmpolld_target *target, struct status *status)
{
	return strcmp(target->type, "integrity") == 0 &&
	       sscanf(target->parameters, "%" SCNu64 " %" SCNu64 " %" SCNu64, &status->mismatches,
		       &status->total_sectors, &status->done_sectors) == 3 &&
	       status->total_sectors > 0 && status->total_sectors <= SECTORS_MAX &&
	       status->done_sectors <= status->total_sectors;
}

/* Adds an image to SUM. An image of a disk that is missing has a table that fails all I/O. */
static bool add_image(const struct lvmpolld_target *target, struct status *sum)
{
	struct status image = {.total_sectors = target->length_sectors};

	if (strcmp(target->type, "error") == 0 && image.total_sectors <= SECTORS_MAX)
		sum->failed++;
	else if (!read_image(target, &image))
		return false;
	sum->mismatches += image.mismatches;
	sum->done_sectors += image.done_sectors;
	sum->total_sectors += image.total_sectors;
	return true;
}

/*
 * Sums up the images of a RAID volume, whose own line is the first. A leg may have no image; more
 * images than legs are those of another table. Where one of them has no integrity it cannot be
 * told how far the volume is.
 */
static bool read_volume(const struct lvmpolld_target *targets, size_t count,
	struct raid_status *raid, struct status *sum)
{
	const size_t images = count - 1;

	if (lvmpolld_target_lv_name(targets) || !raid_status_read(targets, 1, raid) ||
		images == 0 || images > raid->leg_count)
		return false;
	/* Some may be counted twice: that there are any is what matters. */
	sum->failed = raid->leg_count - images + raid_status_count_failed(raid);
	for (size_t i = 1; i < count; i++) {
		const struct lvmpolld_target *target = lvmpolld_target_at(targets, i);

		if (!lvmpolld_target_lv_name(target) || !add_image(target, sum))
			return false;
	}
	return sum->total_sectors > 0;
}

/* An image that was asked for by its own name is one line, and has none below. */
static bool read_status(const struct lvmpolld_target *targets, size_t count,
	struct raid_status *raid, struct status *sum)
{
	*sum = (struct status){.mismatches = 0};
	raid->leg_count = 0;
	if (count == 1)
		return read_image(targets, sum);
	return count > 1 && read_volume(targets, count, raid, sum);
}

/* No event tells the end. */
static enum lvmpolld_verdict integrity_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct raid_status raid;
	struct status sum;

	if (!read_status(targets, count, &raid, &sum))
		return LVMPOLLD_POLL;
	raid_status_tell_failed(&raid, request, progress);
	progress->done_sectors = sum.done_sectors;
	progress->total_sectors = sum.total_sectors;
	progress->percent = 100.0 * ((double)sum.done_sectors / (double)sum.total_sectors);
	return sum.done_sectors == sum.total_sectors && sum.failed == 0 ? LVMPOLLD_DONE
									: LVMPOLLD_WATCH_TIMED;
}

/* Of an image that has some: "image_1_mismatches". */
static void add_finding(const struct lvmpolld_target *target, struct lvmpolld_findings *findings)
{
	const char *lv_name = lvmpolld_target_lv_name(target);
	const char *number = lv_name ? strstr(lv_name, IMAGE) : NULL;
	struct status image;
	char name[33];

	if (!number || !read_image(target, &image) || image.mismatches == 0)
		return;
	snprintf(name, sizeof(name), "image_%s_mismatches", number + strlen(IMAGE));
	lvmpolld_findings_add(findings, name, image.mismatches);
}

static void integrity_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	struct raid_status raid;
	struct status sum;

	(void)request;
	if (!read_status(targets, count, &raid, &sum))
		return;
	lvmpolld_findings_add(findings, "mismatches", sum.mismatches);
	for (size_t i = 1; i < count; i++)
		add_finding(lvmpolld_target_at(targets, i), findings);
}

/* An image that has lost its integrity has another UUID: its own volume is gone then. */
static enum lvmpolld_standing integrity_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *attributes = volume ? lvmpolld_row_field(volume, "lv_attr") : NULL;

	(void)request;
	if (attributes && (attributes[0] == 'i' || attributes[0] == 'I'))
		return LVMPOLLD_STANDING_CANNOT_TELL;
	return raid_status_read_report(volume);
}

/* Below snapshots a volume's contents are in the layer "real". */
static bool is_whole(const char *layer)
{
	return layer[0] == '\0' || strcmp(layer, "real") == 0;
}

/*
 * Of a volume one operation is in flight at a time: while the kernel synchronises or checks it, it
 * is left to the plugins that tell the end of that.
 */
static bool integrity_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	struct raid_status raid;
	struct status sum;

	(void)table;
	(void)count;
	return is_whole(device->layer) && device->status && device->status_count > 1 &&
	       read_status(device->status, device->status_count, &raid, &sum) &&
	       raid.action == RAID_IDLE && sum.done_sectors < sum.total_sectors && sum.failed == 0;
}

static const char *const below[] = {IMAGE "*", NULL};

static const struct lvmpolld_plugin integrity_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "integrity",
	.operation = "integrity",
	.description = "Tells when a RAID volume with integrity has all its checksums",
	.read_targets = integrity_read_targets,
	.layer = "real",
	.read_report = integrity_read_report,
	.version = PACKAGE_VERSION,
	.read_findings = integrity_read_findings,
	.kernel_only = true,
	.claims = integrity_claims,
	.only_by_name = true,
	.startable = true,
	.below = below,
};

LVMPOLLD_PLUGIN_EXPORT(integrity, integrity_plugin);
