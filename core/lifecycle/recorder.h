/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the records of the operations in flight. A record is written before the client hears OK. */
#ifndef CORE_LIFECYCLE_RECORDER_H
#define CORE_LIFECYCLE_RECORDER_H

#include <stdbool.h>

#include "operation/seen.h"
#include "records/record.h"

struct operation;
struct operations;

/*
 * What there is to record of OPERATION, with the command that was recorded last; points into it,
 * and into TEXTS.
 */
struct record recorder_describe(const struct operation *operation, struct seen_texts *texts);
/* What of that its TERMS alone tell. */
struct record recorder_describe_terms(const struct terms *terms);

/*
 * Writes what is known of OPERATION now, with COMMAND. If that fails (no room, read-only), the
 * operation goes on all the same, since it would certainly be lost if it was refused. The log says
 * so, and writing is tried again until it succeeds.
 */
void recorder_write(struct operation *operation, enum record_command command);

/* Says whether OPERATION is dormant. The record of a dormant operation starts no daemon. */
void recorder_set_dormant(struct operation *operation, bool is_dormant);

/* People were told that OPERATION stands still, or moves again: writes that, unless it is written.
 */
void recorder_note_stall(struct operation *operation);

/* A request for OPERATION was accepted: where it was to be forgotten, it is not any more. */
void recorder_note_wanted(struct operation *operation);

/* OPERATION is over: removes its record. */
void recorder_remove(struct operation *operation);
/* It is over, and its record alone tells of its loss, until there is a note. */
void recorder_leave_loss(struct operation *operation);

/*
 * The daemon ends in order: what could not be written may be written by now. An older record of the
 * same operation would be believed by the next daemon.
 */
void recorder_end(struct operations *operations);
void recorder_destroy(struct operations *operations);

#endif
