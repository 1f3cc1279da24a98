/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both sides of handing over the clients: their connections, requests and replies. */
#ifndef CORE_UPGRADE_CLIENTS_H
#define CORE_UPGRADE_CLIENTS_H

#include <stdbool.h>

struct buffer;
struct client;
struct handover_bytes;
struct server;
struct wire_message;

/* Writes into TEXT a message for each client, and one for each request that it waits for. */
void clients_write(struct server *server, struct buffer *text);
/* Writes the bytes of all clients to DESCRIPTOR. Returns 0 or a negative errno. */
int clients_write_bytes(struct server *server, int descriptor);
/* KEEP: the connections stay open in an exec. Otherwise the exec closes them. */
void clients_keep_descriptors(struct server *server, bool keep);

/*
 * Adopts the client on DESCRIPTOR that MESSAGE describes, with its share of BYTES. Returns NULL if
 * that failed. The caller serves the client.
 */
struct client *clients_adopt(struct server *server, int descriptor,
	const struct wire_message *message, struct handover_bytes *bytes);
/* CLIENT waits for the request that MESSAGE names. */
void clients_adopt_wait(struct client *client, const struct wire_message *message);

#endif
