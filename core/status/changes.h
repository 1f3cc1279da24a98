/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes of entries, counted: each has a serial number. Whoever has been told all up to some
 * number is told what has a higher one, and knows how many there were in between. Main thread.
 */
#ifndef CORE_STATUS_CHANGES_H
#define CORE_STATUS_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

struct operation;

/*
 * Counts a change of OPERATION with the number after *SERIAL, where its entry has changed and none
 * was counted for a second. Returns false where it has, and the second is not over.
 */
bool changes_count(struct operation *operation, uint64_t *serial);

#endif
