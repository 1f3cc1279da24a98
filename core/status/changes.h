/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes of entries, counted: each has a serial number. A client that has been told up to number N
 * is told changes above N, and how many it missed.
 */
#ifndef CORE_STATUS_CHANGES_H
#define CORE_STATUS_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

struct operation;

/*
 * Counts a change of OPERATION with the number after *SERIAL, where its entry has changed and none
 * was counted for a second. Returns false if it has changed, but is counted later.
 */
bool changes_count(struct operation *operation, uint64_t *serial);

#endif
