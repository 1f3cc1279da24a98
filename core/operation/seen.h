/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was seen of a device and no look shows again: since when it stands still, disks that it has
 * copied to, what it has come to. It goes into the record of its operation.
 */
#ifndef CORE_OPERATION_SEEN_H
#define CORE_OPERATION_SEEN_H

#include "loader/disks.h"
#include "loader/findings.h"
#include "operation/device.h"
#include "records/record.h"

/* What the strings of a struct record_seen are in. */
struct seen_texts {
	char disks[DISKS_TEXT_SIZE];
	char findings[FINDINGS_TEXT_SIZE];
};

struct record_seen seen_describe(struct device *device, struct seen_texts *texts)
	EXCLUDES(device_role);

/* What RECORD has of it: of another boot, nothing. */
struct record_seen seen_read(const struct record *record);

/* DEVICE, which was not looked at yet, goes on from there. */
void seen_take(struct device *device, const struct record_seen *seen) EXCLUDES(device_role);

#endif
