/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for RAID volumes that come in sync: the kernel does all of it, and people are told. */
#include "config.h"

#include <common/raid_status.h>

/*
 * A leg that has failed keeps the volume from being in sync until somebody has seen to it. While
 * data is checked all of it is in sync; what is mended need not be, and has an end of its own.
 */
static enum lvmpolld_verdict raid_sync_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct raid_status status;

	if (!raid_status_read(targets, count, &status))
		return LVMPOLLD_POLL;
	raid_status_tell_failed(&status, request, progress);
	if (status.action == RAID_CHECK) {
		status.action = RAID_IDLE;
		status.done_sectors = status.total_sectors;
	}
	if (status.action != RAID_RESHAPE && status.action != RAID_FROZEN)
		raid_status_set_progress(&status, progress);
	return raid_status_is_in_sync(&status) ? LVMPOLLD_DONE : LVMPOLLD_WATCH;
}

static void raid_sync_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	struct raid_status status;

	(void)request;
	if (raid_status_read(targets, count, &status))
		raid_status_add_failed(&status, findings);
}

static enum lvmpolld_standing raid_sync_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	return raid_status_read_report(volume);
}

static bool raid_sync_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	struct raid_status status;

	(void)table;
	(void)count;
	return raid_status_read_device(device, &status) &&
	       (status.action == RAID_RESYNC || status.action == RAID_RECOVER);
}

static const struct lvmpolld_plugin raid_sync_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "raid_sync",
	.operation = "raid_sync",
	.description = "Tells when a RAID volume is in sync",
	.read_targets = raid_sync_read_targets,
	.layer = "real",
	.read_report = raid_sync_read_report,
	.version = PACKAGE_VERSION,
	.read_findings = raid_sync_read_findings,
	.kernel_only = true,
	.claims = raid_sync_claims,
	.only_by_name = true,
	.startable = true,
};

LVMPOLLD_PLUGIN_EXPORT(raid_sync, raid_sync_plugin);
