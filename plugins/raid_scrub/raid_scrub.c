/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for scrubs of RAID volumes, checks and repairs: the kernel does all of it. */
#include "config.h"

#include <common/raid_status.h>

static bool is_scrub(const struct raid_status *status)
{
	return status->action == RAID_CHECK || status->action == RAID_REPAIR;
}

/*
 * When a volume is idle again its scrub is over. One that was cut off in the middle may show that,
 * as where a leg fails. What *PROGRESS has comes of a scrub that was seen under way.
 */
static enum lvmpolld_verdict raid_scrub_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct raid_status status;
	bool is_over;

	if (!raid_status_read(targets, count, &status))
		return LVMPOLLD_POLL;
	is_over = status.action == RAID_IDLE && status.done_sectors == status.total_sectors;
	raid_status_tell_failed(&status, request, progress);
	if (is_over && progress->total_sectors == 0)
		lvmpolld_log(LVMPOLLD_LOG_WARN,
			"no check or repair was seen under way: \"lvchange --syncaction "
			"check %s/%s\" begins one",
			request->vg_name, request->lv_name);
	if (is_over || is_scrub(&status))
		raid_status_set_progress(&status, progress);
	return is_over ? LVMPOLLD_DONE : LVMPOLLD_WATCH;
}

/*
 * The kernel counts mismatches for a check alone, and shows 0 after a repair. So while it is idle 0
 * tells nothing: it is what was told during the check, if there was one.
 */
static void raid_scrub_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	struct raid_status status;

	(void)request;
	if (!raid_status_read(targets, count, &status))
		return;
	if (status.action == RAID_CHECK || (status.action == RAID_IDLE && status.mismatches > 0))
		lvmpolld_findings_add(findings, "mismatches", status.mismatches);
	raid_status_add_failed(&status, findings);
}

static enum lvmpolld_standing raid_scrub_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	return raid_status_read_report(volume);
}

static bool raid_scrub_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	struct raid_status status;

	(void)table;
	(void)count;
	return raid_status_read_device(device, &status) && is_scrub(&status);
}

static const struct lvmpolld_plugin raid_scrub_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "raid_scrub",
	.operation = "raid_scrub",
	.description = "Tells when a RAID volume is checked, and its mismatches",
	.read_targets = raid_scrub_read_targets,
	.layer = "real",
	.read_report = raid_scrub_read_report,
	.version = PACKAGE_VERSION,
	.read_findings = raid_scrub_read_findings,
	.kernel_only = true,
	.claims = raid_scrub_claims,
	.only_by_name = true,
	.startable = true,
};

LVMPOLLD_PLUGIN_EXPORT(raid_scrub, raid_scrub_plugin);
