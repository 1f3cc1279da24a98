/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of entries, counted. */
#include "config.h"

#include "operation/operation.h"
#include "status/changes.h"
#include "status/entry.h"
#include "util/boot.h"

#define PERIOD_MS 1000

bool changes_count(struct operation *operation, uint64_t *serial)
{
	struct changes *changes = &operation->changes;
	uint64_t checksum = entry_checksum(operation);
	int64_t now_ms = boot_clock_ms();

	if (changes->first > 0 && checksum == changes->checksum)
		return true;
	if (changes->first > 0 && now_ms - changes->at_ms < PERIOD_MS)
		return false;
	changes->latest = ++*serial;
	if (changes->first == 0)
		changes->first = changes->latest;
	changes->checksum = checksum;
	changes->at_ms = now_ms;
	return true;
}
