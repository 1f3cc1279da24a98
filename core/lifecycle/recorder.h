/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the records of the operations in flight: written before a client hears OK. */
#ifndef CORE_LIFECYCLE_RECORDER_H
#define CORE_LIFECYCLE_RECORDER_H

#include <stdbool.h>

#include "records/record.h"

struct operation;
struct operations;

/*
 * Writes what is known of OPERATION now, with COMMAND. Where that fails (no room, read-only) the
 * operation goes on all the same: it would be lost for certain if it was refused. The log says so,
 * and it is written again and again until it works.
 */
void recorder_write(struct operation *operation, enum record_command command);

/* OPERATION waits for its volume, and its record starts no daemon; or it does no longer. */
void recorder_set_dormant(struct operation *operation, bool is_dormant);

/* OPERATION needs nobody any more. */
void recorder_remove(struct operation *operation);

void recorder_destroy(struct operations *operations);

#endif
