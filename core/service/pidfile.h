/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pid file: locked while the daemon lives, so that there is one daemon for one file. */
#ifndef CORE_SERVICE_PIDFILE_H
#define CORE_SERVICE_PIDFILE_H

#include "util/error.h"

/*
 * Creates PATH or takes a stale one over, locks it and writes this process's id. Returns a
 * close-on-exec descriptor that holds the lock, -EEXIST where a living daemon holds it (the
 * sentence names its process id), or another negative errno.
 */
int pidfile_create(const char *path, struct lvmpolld_error *error);

/* Removes PATH if it is still the file behind DESCRIPTOR, and releases the lock. */
void pidfile_remove(const char *path, int descriptor);

#endif
