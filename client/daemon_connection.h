/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to a daemon that runs, as its clients have it. */
#ifndef CLIENT_DAEMON_CONNECTION_H
#define CLIENT_DAEMON_CONNECTION_H

#include <stdio.h>

#include "util/error.h"

/* Connects to the daemon at SOCKET_PATH. Returns a descriptor, or a negative errno. */
int daemon_connection_open(const char *socket_path, struct lvmpolld_error *error);

/* Sends REQUEST, its text without the end. Returns 0 or a negative errno. */
int daemon_connection_send(int descriptor, const char *request, struct lvmpolld_error *error);

/*
 * Sends REQUEST (its text, without the end) and receives the reply, without its end, into *REPLY,
 * which is the caller's to free. One of more than WIRE_MESSAGE_MAX bytes is refused. Returns 0 or a
 * negative errno.
 */
int daemon_connection_ask(
	int descriptor, const char *request, char **reply, struct lvmpolld_error *error);

/* Writes the daemon's dump to STREAM. Returns 0 or a negative errno. */
int daemon_connection_print_dump(
	const char *socket_path, FILE *stream, struct lvmpolld_error *error);

#endif
