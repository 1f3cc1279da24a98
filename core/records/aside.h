/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Folders beside the state directory, called like it with a suffix: for records that are not to be
 * gone on with now. What is in them starts no daemon.
 */
#ifndef CORE_RECORD_ASIDE_H
#define CORE_RECORD_ASIDE_H

#include <stdbool.h>

#include "records/directory.h"

/* The path of NAME, or of the folder where that is NULL, to be freed; NULL when out of memory. */
char *record_path_aside(
	const struct record_directory *directory, const char *suffix, const char *name);

/* Moves record NAME of DIRECTORY into the folder. Returns 0 or a negative errno. */
int record_move_aside(
	const struct record_directory *directory, const char *suffix, const char *name);

/*
 * Moves record NAME from the folder back into DIRECTORY. Where that has one of this name the one in
 * the folder is removed. Returns 0, or a negative errno, which the log tells but for -EEXIST.
 */
int record_move_back(
	const struct record_directory *directory, const char *suffix, const char *name);

/*
 * An operation that was given up because going on would lose data must not be taken up again by
 * whoever asks next: the kernel may have forgotten by then why. Its record is kept in
 * "PATH.given_up/" until an abort has succeeded, or the machine starts anew and copies anew.
 */
void record_refuse(struct record_directory *directory, const struct lvmpolld_request *request);
bool record_is_refused(
	const struct record_directory *directory, const struct lvmpolld_request *request);
void record_forget_refused(
	struct record_directory *directory, const struct lvmpolld_request *request);

#endif
