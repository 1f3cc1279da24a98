/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two block devices, read at the same time and past the page cache. */
#ifndef CORE_COMPARING_SIDES_H
#define CORE_COMPARING_SIDES_H

#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

/* A place on a block device. */
struct place {
	unsigned major;
	unsigned minor;
	uint64_t start_bytes;
};

struct sides;

/* Opens the two devices. Returns NULL with the error. */
struct sides *sides_open(const struct place places[2], struct lvmpolld_error *error);
void sides_close(struct sides *sides);

/*
 * Reads LENGTH bytes at OFFSET behind the start of both places. The memory is aligned to 4096
 * bytes. Returns 0, or a negative errno with the error.
 */
int sides_read(struct sides *sides, uint64_t offset, size_t length, void *left, void *right,
	struct lvmpolld_error *error);

#endif
