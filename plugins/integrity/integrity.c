/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for integrity of RAID volumes: the kernel reckons the checksums of an image's data. */
#include "config.h"

#include <lvmpolld/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What stands between the names of a RAID volume and the number of its image. */
#define IMAGE "_rimage_"

struct status {
	uint64_t mismatches; /* checksums that were found to be wrong since the activation */
	uint64_t done_sectors;
	uint64_t total_sectors;
};

/*
 * As "0 24576 4096": how far the checksums are reckoned is the last number. In its place "-" says
 * that none are, and not whether they all were.
 */
static bool read_status(const struct lvmpolld_target *targets, size_t count, struct status *status)
{
	const struct lvmpolld_target *target;

	if (count != 1)
		return false;
	target = lvmpolld_target_at(targets, 0);
	return strcmp(target->type, "integrity") == 0 &&
	       sscanf(target->parameters, "%" SCNu64 " %" SCNu64 " %" SCNu64, &status->mismatches,
		       &status->total_sectors, &status->done_sectors) == 3 &&
	       status->total_sectors > 0 && status->done_sectors <= status->total_sectors;
}

/* No event tells the end. */
static enum lvmpolld_verdict integrity_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct status status;

	(void)request;
	if (!read_status(targets, count, &status))
		return LVMPOLLD_POLL;
	progress->done_sectors = status.done_sectors;
	progress->total_sectors = status.total_sectors;
	progress->percent = 100.0 * ((double)status.done_sectors / (double)status.total_sectors);
	return status.done_sectors < status.total_sectors ? LVMPOLLD_WATCH_TIMED : LVMPOLLD_DONE;
}

static void integrity_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	struct status status;

	(void)request;
	if (read_status(targets, count, &status))
		lvmpolld_findings_add(findings, "mismatches", status.mismatches);
}

/* An image that has lost its integrity has another UUID: its own volume is gone then. */
static enum lvmpolld_standing integrity_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *attributes;

	(void)request;
	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	attributes = lvmpolld_row_field(volume, "lv_attr");
	return attributes && attributes[0] == 'g' ? LVMPOLLD_STANDING_GOES_ON
						  : LVMPOLLD_STANDING_CANNOT_TELL;
}

static bool is_image(const char *lv_name)
{
	const char *number = strstr(lv_name, IMAGE);

	number = number ? number + strlen(IMAGE) : "";
	return number[0] != '\0' && strspn(number, "0123456789") == strlen(number);
}

/* Since 2.03.36 lvm2 gives the device of a hidden volume the UUID of a layer. */
static bool is_whole(const char *layer)
{
	return layer[0] == '\0' || strcmp(layer, "real") == 0;
}

static bool integrity_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	struct status status;

	(void)table;
	(void)count;
	return is_whole(device->layer) && is_image(device->lv_name) && device->status &&
	       read_status(device->status, device->status_count, &status) &&
	       status.done_sectors < status.total_sectors;
}

static const struct lvmpolld_plugin integrity_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "integrity",
	.operation = "integrity",
	.description = "Tells when an image of a RAID volume has all its checksums",
	.read_targets = integrity_read_targets,
	.read_report = integrity_read_report,
	.version = PACKAGE_VERSION,
	.read_findings = integrity_read_findings,
	.kernel_only = true,
	.claims = integrity_claims,
	.only_by_name = true,
	.startable = true,
};

LVMPOLLD_PLUGIN_EXPORT(integrity, integrity_plugin);
