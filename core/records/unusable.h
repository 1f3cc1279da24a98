/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Volumes with an unusable record, which was set aside or cannot be read: an operation was in
 * flight, and its state is not known. Later daemons know that, too, by the name of the file in
 * "PATH.damaged/" or "PATH.no_plugin/". If the state directory itself cannot be used, the name of
 * each record in it counts.
 */
#ifndef CORE_RECORDS_UNUSABLE_H
#define CORE_RECORDS_UNUSABLE_H

#include <stdbool.h>

#include "records/directory.h"

/* The record called NAME stays where it is and cannot be read: how its volume stands is not known.
 */
void record_note_unusable(const struct record_directory *directory, const char *name);

/*
 * Whether the volume with LVID has a record that cannot be used, of its poll or of its abort, for
 * any system directory. True if that cannot be found out.
 */
bool record_is_unusable(const struct record_directory *directory, const char *lvid, bool is_abort);

/* It is known by now. What was set aside is removed; what waits for its plugin stays. */
void record_forget_unusable(
	const struct record_directory *directory, const char *lvid, bool is_abort);

/*
 * The operation of REQUEST is not resumed: its record is moved to "PATH.left/", where the next
 * request for the operation finds an lvpoll that may run for it (reading.h), and which says that
 * nobody goes on with it without being asked. If it cannot be moved it stays, with a message in the
 * log.
 */
void record_leave(struct record_directory *directory, const struct lvmpolld_request *request);
/* Whether something is left for the volume. True if that cannot be found out. */
bool record_is_left(const struct record_directory *directory, const char *lvid);
/* Nothing is left for the volume any more, or a record of ours tells of it. */
void record_forget_left(const struct record_directory *directory, const char *lvid);

/* Removes the records in the state directory of polls of the volume, for any system directory. */
void record_forget_polls(const struct record_directory *directory, const char *lvid);

#endif
