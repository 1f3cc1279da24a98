/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Folders beside the state directory, for records that are not resumed now. Each has the name of
 * the state directory and a suffix. A record in them does not make systemd start a daemon.
 */
#ifndef CORE_RECORDS_ASIDE_H
#define CORE_RECORDS_ASIDE_H

#include <stdbool.h>

#include "records/directory.h"

#define DAMAGED_SUFFIX   ".damaged"
#define POSTPONED_SUFFIX ".no_plugin"
#define DORMANT_SUFFIX   ".dormant"
#define LEFT_SUFFIX      ".left"

/*
 * The path of NAME in the folder, or of the folder if NAME is NULL. To be freed by the caller; NULL
 * when out of memory.
 */
char *record_path_aside(
	const struct record_directory *directory, const char *suffix, const char *name);

/* Moves record NAME of DIRECTORY into the folder. Returns 0 or a negative errno. */
int record_move_aside(
	const struct record_directory *directory, const char *suffix, const char *name);

/* Notes NAME as an empty file in the folder. Returns 0 or a negative errno. */
int record_note_aside(
	const struct record_directory *directory, const char *suffix, const char *name);

/*
 * Moves record NAME from the folder back into DIRECTORY. If DIRECTORY has a record of this name,
 * the one in the folder is removed. Returns 0 or a negative errno, which is logged unless it is
 * -EEXIST.
 */
int record_move_back(
	const struct record_directory *directory, const char *suffix, const char *name);

/*
 * Notes that a step of the operation of REQUEST would lose data. It must not begin again for any
 * client: later the kernel may no longer show why. The note is kept in "PATH.given_up/" until an
 * abort has succeeded, or until a reboot, after which lvm2 copies from the start. The record stays,
 * since the lvpoll must still be ended. Where there is no room for a note, the record takes its
 * place. Returns 0 or a negative errno.
 */
int record_note_loss(struct record_directory *directory, const struct lvmpolld_request *request);
/* Returns 1, 0, or a negative errno where that cannot be told. */
int record_has_loss(
	const struct record_directory *directory, const struct lvmpolld_request *request);
void record_clear_loss(struct record_directory *directory, const struct lvmpolld_request *request);

#endif
