/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client: a connection that sends requests and is answered, one after the other. */
#ifndef CORE_CLIENT_H
#define CORE_CLIENT_H

#include "error.h"

struct daemon;

/* Begins to accept clients on the daemon's listening socket. Returns 0 or a negative errno. */
int client_accept_start(struct daemon *daemon, struct lvmpolld_error *error);

/* Accepts no more, and closes every connection. */
void client_close_all(struct daemon *daemon);

#endif
