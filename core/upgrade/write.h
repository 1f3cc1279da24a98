/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The old program hands over: it writes the file that the new one reads. */
#ifndef CORE_UPGRADE_WRITE_H
#define CORE_UPGRADE_WRITE_H

#include <stdbool.h>

#include "upgrade/handover.h"
#include "util/error.h"

/*
 * Writes PARTS into a memory file; for a rehearsal without the bytes of the clients, which may be
 * many. Returns its descriptor (close-on-exec), or a negative errno with the error. Descriptors in
 * the file are those of this process.
 */
int handover_write(
	const struct handover_parts *parts, bool is_rehearsal, struct lvmpolld_error *error);

/* KEEP: FILE and the descriptors of PARTS stay open in an exec. Otherwise the exec closes them. */
void handover_keep_descriptors(const struct handover_parts *parts, int file, bool keep);

#endif
