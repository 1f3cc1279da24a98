/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket: our own, or the one that systemd passes. */
#ifndef CORE_SERVICE_LISTENER_H
#define CORE_SERVICE_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/error.h"

struct listener {
	int descriptor; /* listening, non-blocking, close-on-exec */
	char *path;     /* of the socket; NULL where it was passed */
	dev_t device;   /* with inode: so that only our own socket is removed */
	ino_t inode;
};

/*
 * Takes the socket that systemd passed, if there is one: it must be a single listening UNIX
 * stream socket. Otherwise creates PATH with mode 0600, and its directory where only that is
 * missing. A stale socket is replaced. A socket that somebody listens on, and a file that is not a
 * socket, are refused. The path appears only once connections are accepted. Systemd's variables and
 * stock's SD_ACTIVATION are removed from the environment. Returns 0 or a negative errno with the
 * error.
 */
int listener_open(struct listener *listener, const char *path, struct lvmpolld_error *error);

/* Closes it and removes the path where it is still ours. */
void listener_close(struct listener *listener);

#endif
