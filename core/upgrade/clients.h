/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing clients over to a new program: their connections, and what is under way on them. */
#ifndef CORE_UPGRADE_CLIENTS_H
#define CORE_UPGRADE_CLIENTS_H

#include <stdbool.h>

struct buffer;
struct client;
struct handover_bytes;
struct server;
struct wire_message;

/* Writes every client into TEXT, as a message each with those of the operations it waits for. */
void clients_write(struct server *server, struct buffer *text);
/* Writes the bytes of all to DESCRIPTOR. Returns 0 or a negative errno. */
int clients_write_bytes(struct server *server, int descriptor);
/* Lets the connections survive an exec; or no longer. */
void clients_keep_descriptors(struct server *server, bool keep);

/*
 * Adopts the client on DESCRIPTOR, with what MESSAGE says of it. NULL where that failed. It is
 * still to be served.
 */
struct client *clients_adopt(struct server *server, int descriptor,
	const struct wire_message *message, struct handover_bytes *bytes);
/* CLIENT waits for the operation that MESSAGE names. */
void clients_adopt_wait(struct client *client, const struct wire_message *message);

#endif
