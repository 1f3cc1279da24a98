/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accepting clients: as many as may be, and only those who may; and who goes where more come. */
#ifndef CORE_CLIENT_ACCEPT_H
#define CORE_CLIENT_ACCEPT_H

#include "util/error.h"

struct daemon;

/* Begins to accept clients on the daemon's listening socket. Returns 0 or a negative errno. */
int client_accept_start(struct daemon *daemon, struct lvmpolld_error *error);
void client_accept_stop(struct daemon *daemon);

/* A place has become free. */
void client_accept_resume(struct daemon *daemon);

#endif
