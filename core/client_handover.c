/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing clients over to a new program: their connections, and what is under way on them. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "client.h"
#include "daemon.h"
#include "wire.h"

static void write_bytes(struct evbuffer *text, const char *key, struct evbuffer *bytes)
{
	size_t length = evbuffer_get_length(bytes);
	const unsigned char *data = evbuffer_pullup(bytes, -1);

	if (length == 0 || !data)
		return;
	evbuffer_add_printf(text, "%s = \"", key);
	for (size_t i = 0; i < length; i++)
		evbuffer_add_printf(text, "%02x", data[i]);
	evbuffer_add(text, "\"\n", 2);
}

void client_write_all(struct daemon *daemon, struct evbuffer *text)
{
	struct client *client;

	TAILQ_FOREACH (client, &daemon->clients, link) {
		wire_add_string(text, "item", "client");
		wire_add_number(text, "descriptor", bufferevent_getfd(client->connection));
		wire_add_number(text, "asked", client->has_asked);
		wire_add_number(text, "half_closed", client->is_half_closed);
		write_bytes(text, "input", bufferevent_get_input(client->connection));
		write_bytes(text, "output", bufferevent_get_output(client->connection));
		wire_add_end(text);
	}
}

void client_keep_descriptors(struct daemon *daemon, bool keep)
{
	struct client *client;

	TAILQ_FOREACH (client, &daemon->clients, link)
		fcntl(bufferevent_getfd(client->connection), F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static void read_bytes(const char *hexadecimal, struct evbuffer *bytes)
{
	unsigned byte;

	for (; hexadecimal && sscanf(hexadecimal, "%2x", &byte) == 1; hexadecimal += 2) {
		const unsigned char value = (unsigned char)byte;

		evbuffer_add(bytes, &value, 1);
	}
}

void client_adopt(struct daemon *daemon, int descriptor, const struct wire_message *message)
{
	struct client *client;
	struct evbuffer *input;

	if (descriptor < 0)
		return;
	client = client_add(daemon, descriptor);
	if (!client)
		return;
	client->has_asked = wire_number(message, "asked") != 0;
	client->is_half_closed = wire_number(message, "half_closed") != 0;
	/* A bufferevent lets nobody else put anything into its input, but for this. */
	input = bufferevent_get_input(client->connection);
	evbuffer_unfreeze(input, 0);
	read_bytes(wire_string(message, "input"), input);
	evbuffer_freeze(input, 0);
	read_bytes(wire_string(message, "output"), bufferevent_get_output(client->connection));
	if (client->is_half_closed)
		bufferevent_disable(client->connection, EV_READ);
	event_active(client->next_turn, 0, 0);
}
