/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status of the target "raid", as "raid1 2 Aa 4096/81920 recover 0 0 -". */
#include "config.h"

#include <common/raid_status.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The letter of lv_attr that tells the type of the target, and those of the other types. */
#define ATTRIBUTE_TARGET 6
/* Not C: the origin of a cache may be a RAID volume, and shows what it is below it alone. */
#define OTHER_TARGETS "-mstv"

static const char *const actions[] = {
	[RAID_IDLE] = "idle",
	[RAID_FROZEN] = "frozen",
	[RAID_RESYNC] = "resync",
	[RAID_RECOVER] = "recover",
	[RAID_CHECK] = "check",
	[RAID_REPAIR] = "repair",
	[RAID_RESHAPE] = "reshape",
};

static bool find_action(const char *word, enum raid_action *action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i], word)) {
			*action = (enum raid_action)i;
			return true;
		}
	return false;
}

/*
 * While legs are added or taken away the kernel may show another number of letters than of legs:
 * those that both have count, as with lvm2. Returns false where there are none.
 */
static bool settle_legs(struct raid_status *status)
{
	size_t letters = strlen(status->health);

	status->spare_count = letters > status->leg_count ? letters - status->leg_count : 0;
	if (status->leg_count > letters)
		status->leg_count = letters;
	status->health[status->leg_count] = '\0';
	return status->leg_count > 0;
}

bool raid_status_read(
	const struct lvmpolld_target *targets, size_t count, struct raid_status *status)
{
	const struct lvmpolld_target *target;
	char action[16];

	if (count != 1)
		return false;
	target = lvmpolld_target_at(targets, 0);
	if (strcmp(target->type, "raid") != 0 ||
		sscanf(target->parameters,
			"%15s %zu %253[AaD-] %" SCNu64 "/%" SCNu64 " %15s %" SCNu64, status->type,
			&status->leg_count, status->health, &status->done_sectors,
			&status->total_sectors, action, &status->mismatches) != 7)
		return false;
	return settle_legs(status) && status->total_sectors > 0 &&
	       status->done_sectors <= status->total_sectors &&
	       find_action(action, &status->action);
}

static bool has_failed(const struct raid_status *status, size_t leg)
{
	return status->health[leg] == 'D' || status->health[leg] == '-';
}

uint32_t raid_status_count_failed(const struct raid_status *status)
{
	uint32_t failed = 0;

	for (size_t leg = 0; leg < status->leg_count; leg++)
		failed += has_failed(status, leg);
	return failed;
}

void raid_status_tell_failed(const struct raid_status *status,
	const struct lvmpolld_request *request, struct lvmpolld_progress *progress)
{
	bool is_news = raid_status_count_failed(status) > progress->failed_devices;

	progress->failed_devices = raid_status_count_failed(status);
	for (size_t leg = 0; is_news && leg < status->leg_count; leg++)
		if (has_failed(status, leg))
			lvmpolld_log(LVMPOLLD_LOG_ERROR,
				"leg %zu has failed (%s_rimage_%zu): \"lvconvert --repair\" "
				"puts another disk in its place, and \"lvchange --refresh\" takes "
				"it back when its disk is there again",
				leg, request->lv_name, leg);
}

void raid_status_add_failed(const struct raid_status *status, struct lvmpolld_findings *findings)
{
	char name[32];

	for (size_t leg = 0; leg < status->leg_count; leg++)
		if (has_failed(status, leg)) {
			snprintf(name, sizeof(name), "leg_%zu_failed", leg);
			lvmpolld_findings_add(findings, name, 1);
		}
}

bool raid_status_is_in_sync(const struct raid_status *status)
{
	return status->action == RAID_IDLE && status->done_sectors == status->total_sectors &&
	       strspn(status->health, "A") == status->leg_count;
}

void raid_status_set_progress(const struct raid_status *status, struct lvmpolld_progress *progress)
{
	progress->done_sectors = status->done_sectors;
	progress->total_sectors = status->total_sectors;
	progress->percent = 100.0 * ((double)status->done_sectors / (double)status->total_sectors);
}

/* Below snapshots a volume's contents are in the layer "real". */
bool raid_status_read_device(const struct lvmpolld_device *device, struct raid_status *status)
{
	bool is_whole = device->layer[0] == '\0' || strcmp(device->layer, "real") == 0;

	return is_whole && device->status &&
	       raid_status_read(device->status, device->status_count, status);
}

enum lvmpolld_standing raid_status_read_report(const struct lvmpolld_row *volume)
{
	const char *attributes;

	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	attributes = lvmpolld_row_field(volume, "lv_attr");
	if (!attributes || strlen(attributes) <= ATTRIBUTE_TARGET)
		return LVMPOLLD_STANDING_CANNOT_TELL;
	if (attributes[ATTRIBUTE_TARGET] == 'r')
		return LVMPOLLD_STANDING_GOES_ON;
	return strchr(OTHER_TARGETS, attributes[ATTRIBUTE_TARGET]) ? LVMPOLLD_STANDING_FAILED
								   : LVMPOLLD_STANDING_CANNOT_TELL;
}
