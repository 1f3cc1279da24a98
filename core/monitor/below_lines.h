/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the lines of volumes below a volume. */
#ifndef CORE_MONITOR_BELOW_LINES_H
#define CORE_MONITOR_BELOW_LINES_H

#include "monitor/device_mapper.h"
#include "util/error.h"

/*
 * Adds to TABLE, read of LVID's device and with its status, the lines of those volumes of the same
 * group that LINES, the same table as "dmsetup table" has it, names by their number, and whose
 * names are TABLE's with one of PATTERNS behind; each line with the name of its volume. Where the
 * device of one of them is suspended TABLE is so, and what its lines are does not count.
 *
 * DEVICE_MAPPER_UNREADABLE: not all of them could be read, or it is not known which they are. Then
 * TABLE counts no more, but is to be released all the same. It is never DEVICE_MAPPER_GONE.
 */
enum device_mapper_answer below_lines_read(const char *lvid, const char *const *patterns,
	struct device_mapper_table *table, const struct device_mapper_table *lines,
	struct lvmpolld_error *error);

#endif
