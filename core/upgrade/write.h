/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing everything over to a new program: the side of the old one. */
#ifndef CORE_UPGRADE_WRITE_H
#define CORE_UPGRADE_WRITE_H

#include <stdbool.h>

#include "upgrade/handover.h"
#include "util/error.h"

/*
 * Writes PARTS into a memory file; for a rehearsal, without the bytes of the clients,
 * which may be many. Returns its descriptor (close-on-exec), or a negative errno. The descriptors
 * that it names are only useful in this process.
 */
int handover_write(
	const struct handover_parts *parts, bool is_rehearsal, struct lvmpolld_error *error);

/* Lets the descriptors that are handed over, and FILE, survive an exec; or no longer. */
void handover_keep_descriptors(const struct handover_parts *parts, int file, bool keep);

#endif
