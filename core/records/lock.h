/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One daemon for one state directory. */
#ifndef CORE_RECORDS_LOCK_H
#define CORE_RECORDS_LOCK_H

#include <stdbool.h>

#include "records/directory.h"
#include "util/error.h"

/*
 * Locks DIRECTORY: two daemons that share one would poll the same operations. The lock belongs to
 * the descriptor, which the child of a killed daemon keeps until it executes lvm. So a daemon that
 * has the lock can find every lvpoll of the killed daemon in /proc. This waits some seconds for the
 * lock. Returns 0, or -EBUSY with the error; the directory must not be used then.
 */
int record_directory_lock(struct record_directory *directory, struct lvmpolld_error *error);

/* Likewise, without waiting and without a message. DIRECTORY may still be used after -EBUSY. */
int record_directory_try_lock(struct record_directory *directory);

/* DIRECTORY is open, and was not removed. */
bool record_directory_is_there(const struct record_directory *directory);

/*
 * Adopts DESCRIPTOR, with its lock, of the directory at PATH. Returns 0, -ENOMEM, or -ENOENT if
 * PATH is another directory by now, or none. DESCRIPTOR is closed unless 0 is returned.
 */
int record_directory_adopt(struct record_directory *directory, const char *path, int descriptor);

#endif
