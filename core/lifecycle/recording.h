/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the records of the operations in flight: written before a client hears OK. */
#ifndef CORE_RECORDING_H
#define CORE_RECORDING_H

#include "records/record.h"
#include "operation/volume.h"

struct operations;

/*
 * Writes what is known of VOLUME now, with COMMAND. Where that fails (no room, read-only) the
 * operation goes on all the same: it would be lost for certain if it was refused. The log says so,
 * and it is written again and again until it works.
 */
void recording_write(
	struct operations *operations, struct volume *volume, enum record_command command);

/* The operation needs nobody any more. */
void recording_remove(struct operations *operations, const struct lvmpolld_request *request);

void recording_destroy(struct operations *operations);

#endif
