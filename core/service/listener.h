/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket: our own, or the one that systemd hands over. */
#ifndef CORE_LISTENER_H
#define CORE_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/error.h"

struct listener {
	int descriptor; /* listening, non-blocking, close-on-exec */
	char *path;     /* where it lies; NULL when it was handed over */
	dev_t device;   /* with inode: so that only our own socket is removed */
	ino_t inode;
};

/*
 * Takes the socket that systemd passed (LISTEN_PID, LISTEN_FDS; checked to be one listening UNIX
 * stream socket) where there is one. Otherwise creates PATH: mode 0600 from its first moment, its
 * directory created where only that is missing, a stale socket replaced, one that somebody listens
 * on or a file that is not a socket refused. The path appears only once connections are accepted.
 * The variables of the handover are removed from the environment, with stock's SD_ACTIVATION.
 * Returns 0 or a negative errno.
 */
int listener_open(struct listener *listener, const char *path, struct lvmpolld_error *error);

/* Closes it and removes the path where it is still ours. */
void listener_close(struct listener *listener);

#endif
