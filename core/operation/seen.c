/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was seen of a device, for its record and from it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "operation/seen.h"
#include "util/boot.h"

struct record_seen seen_describe(struct device *device, struct seen_texts *texts)
{
	struct record_seen seen;

	device_lock(device);
	texts->disks[0] = '\0';
	if (device->disks)
		disks_write(device->disks, texts->disks);
	findings_write(&device->findings, texts->findings);
	seen = (struct record_seen){
		.moved_ms = device->rate.moved_ms,
		.done = device->rate.extent.done,
		.total = device->rate.extent.total,
		.is_in_parts = !device->rate.extent.is_in_sectors,
		.is_stall_told = device->stalled_since_ms > 0,
		.disks = texts->disks[0] ? texts->disks : NULL,
		.findings = texts->findings[0] ? texts->findings : NULL,
	};
	device_unlock(device);
	return seen;
}

struct record_seen seen_read(const struct record *record)
{
	const char *present = boot_id();

	if (!present || !record->seen_boot_id || strcmp(present, record->seen_boot_id) != 0)
		return (struct record_seen){0};
	return record->seen;
}

/* The first look tells whether it has moved since. */
static void take_movement(struct device *device, const struct record_seen *seen)
	REQUIRES(device_role)
{
	const struct extent extent = {seen->done, seen->total, !seen->is_in_parts};

	if (seen->moved_ms <= 0 || seen->total == 0 || seen->moved_ms > running_clock_ms())
		return;
	rate_resume(&device->rate, seen->moved_ms, extent);
	if (seen->is_stall_told)
		device->stalled_since_ms = seen->moved_ms;
}

void seen_take(struct device *device, const struct record_seen *seen)
{
	device_lock(device);
	if (device->rate.looked_ms == 0)
		take_movement(device, seen);
	if (seen->disks && !device->disks)
		device->disks = calloc(1, sizeof(*device->disks));
	/* When out of memory the disks are not listed. */
	if (seen->disks && device->disks)
		disks_read(device->disks, seen->disks);
	if (seen->findings)
		findings_read(&device->findings, seen->findings);
	device_unlock(device);
}
