/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One daemon for one state directory. */
#ifndef CORE_RECORDS_LOCK_H
#define CORE_RECORDS_LOCK_H

#include <stdbool.h>

#include "records/directory.h"
#include "util/error.h"

/*
 * Makes DIRECTORY ours alone: two daemons that share one would poll the same operations. The lock
 * is that of the descriptor, which a child of a daemon that was killed has until it executes lvm:
 * who has it knows that every lvpoll of the dead can be seen in /proc. So it is waited for, for
 * some seconds. Returns 0, or -EBUSY with the error; the directory is not used then.
 */
int record_directory_lock(struct record_directory *directory, struct lvmpolld_error *error);

/* Likewise, without waiting and without a word. DIRECTORY may still be used where it is -EBUSY. */
int record_directory_try_lock(struct record_directory *directory);

/* DIRECTORY is open, and nobody has removed it. */
bool record_directory_is_there(const struct record_directory *directory);

/*
 * Takes over DESCRIPTOR, with its lock, of the directory at PATH. Returns 0, or -ENOMEM, or -ENOENT
 * where another directory is there by now, or none; DESCRIPTOR is closed then.
 */
int record_directory_adopt(struct record_directory *directory, const char *path, int descriptor);

#endif
