/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin for test_own_plugins.py: a check of a RAID volume, all of which the kernel does. */
#include <lvmpolld/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STATUS "%*s %*u %*s %" SCNu64 "/%" SCNu64 " %15s %" SCNu64

static enum lvmpolld_verdict scrub_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	uint64_t done, total, mismatches;
	char action[16];

	(void)request;
	(void)count;
	if (sscanf(targets->parameters, STATUS, &done, &total, action, &mismatches) != 4)
		return LVMPOLLD_POLL;
	progress->done_sectors = done;
	progress->total_sectors = total;
	progress->percent = 100.0 * (double)done / (double)total;
	return strcmp(action, "idle") == 0 ? LVMPOLLD_DONE : LVMPOLLD_WATCH;
}

static void scrub_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	uint64_t done, total, mismatches;
	char action[16];

	(void)request;
	(void)count;
	if (sscanf(targets->parameters, STATUS, &done, &total, action, &mismatches) == 4)
		lvmpolld_findings_add(findings, "mismatches", mismatches);
}

static bool scrub_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	(void)table;
	(void)count;
	return device->status_count > 0 && strstr(device->status->parameters, " check ");
}

static const struct lvmpolld_plugin scrub_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "scrub",
	.operation = "scrub",
	.description = "Checks a RAID volume",
	.read_targets = scrub_read_targets,
	.read_findings = scrub_read_findings,
	.kernel_only = true,
	.claims = scrub_claims,
	.startable = true,
};

LVMPOLLD_PLUGIN_EXPORT(scrub, scrub_plugin);
