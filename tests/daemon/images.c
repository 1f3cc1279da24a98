/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin for test_below.py: a RAID volume whose images are filled, each by the kernel. */
#include <lvmpolld/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Adds up how far the images are. Returns false where the volume has no two of them. */
static bool add_up(
	const struct lvmpolld_target *targets, size_t count, uint64_t *done, uint64_t *total)
{
	*done = *total = 0;
	for (size_t i = 1; i < count; i++) {
		const struct lvmpolld_target *target = lvmpolld_target_at(targets, i);
		uint64_t all, filled;

		if (!lvmpolld_target_lv_name(target) ||
			sscanf(target->parameters, "%*u %" SCNu64 " %" SCNu64, &all, &filled) != 2)
			return false;
		*done += filled;
		*total += all;
	}
	return count == 3 && !lvmpolld_target_lv_name(targets) &&
	       strcmp(targets->type, "raid") == 0;
}

static enum lvmpolld_verdict images_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	(void)request;
	if (!add_up(targets, count, &progress->done_sectors, &progress->total_sectors))
		return LVMPOLLD_POLL;
	progress->percent =
		100.0 * (double)progress->done_sectors / (double)progress->total_sectors;
	return progress->done_sectors == progress->total_sectors ? LVMPOLLD_DONE : LVMPOLLD_WATCH;
}

static void images_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	(void)request;
	(void)targets;
	lvmpolld_findings_add(findings, "lines", count);
}

static bool images_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	uint64_t done, total;

	(void)table;
	(void)count;
	return device->status_count > 0 &&
	       add_up(device->status, device->status_count, &done, &total) && done < total;
}

static const char *const below[] = {"_rimage_*", NULL};

static const struct lvmpolld_plugin images_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "images",
	.operation = "images",
	.description = "Fills the images of a RAID volume",
	.read_targets = images_read_targets,
	.read_findings = images_read_findings,
	.kernel_only = true,
	.claims = images_claims,
	.below = below,
};

LVMPOLLD_PLUGIN_EXPORT(images, images_plugin);
