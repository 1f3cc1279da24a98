/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing clients over to a new program: their connections, and what is under way on them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include <event2/buffer.h>

#include "client.h"
#include "daemon.h"
#include "log.h"
#include "wire.h"

/* Bytes are written as hexadecimal digits, a piece of so many at a time: there may be megabytes. */
#define PIECE_BYTES 2048

static const char digits[] = "0123456789abcdef";

static void write_bytes(struct evbuffer *text, const char *key, struct evbuffer *bytes)
{
	size_t length = evbuffer_get_length(bytes);
	const unsigned char *data = evbuffer_pullup(bytes, -1);
	char piece[2 * PIECE_BYTES];
	size_t used = 0;

	if (length == 0)
		return;
	wire_add_format(text, "%s = \"", key);
	for (size_t i = 0; i < length; i++) {
		piece[used++] = digits[data[i] >> 4];
		piece[used++] = digits[data[i] & 15];
		if (used == sizeof(piece) || i + 1 == length) {
			wire_add(text, piece, used);
			used = 0;
		}
	}
	wire_add(text, "\"\n", 2);
}

/* The operations that CLIENT waits for, as a message each behind its own. */
static void write_waits(const struct client *client, struct evbuffer *text)
{
	struct wait *wait;

	TAILQ_FOREACH (wait, &client->waiter.waits, waiter_link) {
		const struct volume_request *request = wait->volume->request;

		wire_add_string(text, "item", "wait");
		wire_add_string(text, "identifier", request->identifier);
		wire_add_number(text, "abort", request->operation.abort);
		wire_add_end(text);
	}
}

void client_write_all(struct daemon *daemon, struct evbuffer *text)
{
	struct client *client;

	TAILQ_FOREACH (client, &daemon->clients, link) {
		wire_add_string(text, "item", "client");
		wire_add_number(text, "descriptor", client->descriptor);
		wire_add_number(text, "pid", client->pid);
		wire_add_number(text, "requests", (int64_t)client->requests);
		wire_add_number(text, "half_closed", client->is_half_closed);
		write_bytes(text, "input", client->input);
		write_bytes(text, "output", client->output);
		wire_add_end(text);
		write_waits(client, text);
	}
}

void client_keep_descriptors(struct daemon *daemon, bool keep)
{
	struct client *client;

	TAILQ_FOREACH (client, &daemon->clients, link)
		fcntl(client->descriptor, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static unsigned read_digit(char digit)
{
	return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* Returns 0 or -ENOMEM. */
static int read_bytes(const char *hexadecimal, struct evbuffer *bytes)
{
	unsigned char piece[PIECE_BYTES];
	size_t used = 0;

	for (; hexadecimal && hexadecimal[0] && hexadecimal[1]; hexadecimal += 2) {
		piece[used++] = (unsigned char)(read_digit(hexadecimal[0]) << 4 |
						read_digit(hexadecimal[1]));
		if (used < sizeof(piece) && hexadecimal[2])
			continue;
		if (evbuffer_add(bytes, piece, used) < 0)
			return -ENOMEM;
		used = 0;
	}
	return 0;
}

void client_adopt_wait(struct client *client, const struct wire_message *message)
{
	struct store *store = daemon_store(client->daemon, wire_number(message, "abort") != 0);
	const char *identifier = wire_string(message, "identifier");
	struct volume *volume;

	store_lock(store);
	volume = identifier ? store_find_locked(store, identifier) : NULL;
	store_unlock(store);
	if (volume)
		waiters_add(volume, &client->waiter);
}

struct client *client_adopt(
	struct daemon *daemon, int descriptor, const struct wire_message *message)
{
	struct client *client = NULL;

	if (descriptor >= 0)
		client = client_add(daemon, descriptor, (pid_t)wire_number(message, "pid"));
	if (!client)
		return NULL;
	client->requests = (uint64_t)wire_number(message, "requests");
	client->is_half_closed = wire_number(message, "half_closed") != 0;
	if (read_bytes(wire_string(message, "input"), client->input) == 0 &&
		read_bytes(wire_string(message, "output"), client->output) == 0)
		return client;
	log_error("client %d is disconnected: no memory to take it over", (int)client->pid);
	client_free(client);
	return NULL;
}
