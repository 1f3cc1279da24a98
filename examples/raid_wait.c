/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits until a RAID volume is in sync: the kernel does all of it. */
#include <lvmpolld/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As "raid1 2 Aa 4096/81920 resync 0 0 -". */
#define STATUS "%*s %*u %63s %" SCNu64 "/%" SCNu64 " %15s"

static enum lvmpolld_verdict raid_wait_read_targets(
	const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress)
{
	const struct lvmpolld_target *target =
		lvmpolld_target_at(targets, 0);
	char health[64], action[16];
	uint64_t done, total;

	(void)request;
	if (count != 1 || strcmp(target->type, "raid") != 0 ||
		sscanf(target->parameters, STATUS, health, &done,
			&total, action) != 4 ||
		done > total || total == 0)
		return LVMPOLLD_POLL;
	progress->done_sectors = done;
	progress->total_sectors = total;
	progress->percent = 100.0 * (double)done / (double)total;
	if (done < total || strcmp(action, "idle") != 0 ||
		strspn(health, "A") < strlen(health))
		return LVMPOLLD_WATCH;
	return LVMPOLLD_DONE;
}

/* What lvm2 says is asked where there is no device any more. */
static enum lvmpolld_standing raid_wait_read_report(
	const struct lvmpolld_request *request,
	const struct lvmpolld_row *volume)
{
	(void)request;
	return volume ? LVMPOLLD_STANDING_GOES_ON
		      : LVMPOLLD_STANDING_FAILED;
}

static const struct lvmpolld_plugin raid_wait_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "raid_wait",
	.operation = "raid_wait",
	.description = "Waits until a RAID volume is in sync",
	.read_targets = raid_wait_read_targets,
	.read_report = raid_wait_read_report,
	.version = "0.1",
	.kernel_only = true,
	.startable = true,
};

LVMPOLLD_PLUGIN_EXPORT(raid_wait, raid_wait_plugin);
