/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices a table names, and which of them are volumes below that a plugin has asked for. */
#ifndef CORE_MONITOR_BELOW_H
#define CORE_MONITOR_BELOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/device_mapper.h"

/* So many volumes below one are read: no RAID volume of the kernel's has more images. */
#define BELOW_MAX 253

/* Where the next word of a table is; TABLE alone is set at first. */
struct below_words {
	const struct device_mapper_table *table; /* as "dmsetup table" has it */
	size_t line;
	const char *next;
};

/*
 * The next device of device-mapper's that the table names by its number, as "253:4", into *NUMBER.
 * Returns false where there is none. It may be named twice.
 */
bool below_next_number(struct below_words *words, uint64_t *number);

enum below_match {
	BELOW_OTHER,  /* it was not asked for */
	BELOW_NAMED,  /* it was */
	BELOW_UNCLEAR /* it would be, by its end, below a volume of another name: one is renamed */
};

/*
 * Whether NAME is that of a volume below OWN: OWN with one of PATTERNS behind it, those of fnmatch,
 * ended by NULL.
 */
enum below_match below_match(const char *const *patterns, const char *own, const char *name);

#endif
