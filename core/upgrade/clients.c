/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing clients over to a new program: their connections, and what is under way on them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lifecycle/context.h"
#include "log/log.h"
#include "protocol/wire.h"
#include "server/access.h"
#include "server/client.h"
#include "server/server.h"
#include "upgrade/clients.h"
#include "upgrade/file.h"
#include "util/buffer.h"

/* Writes a message for each request that CLIENT waits for. */
static void write_waits(const struct client *client, struct buffer *text)
{
	struct wait *wait;

	TAILQ_FOREACH (wait, &client->waiter.waits, waiter_link) {
		const struct terms *request = wait->request->terms;

		wire_add_string(text, "item", "wait");
		wire_add_string(text, "identifier", request->identifier);
		wire_add_number(text, "abort", request->asked.abort);
		wire_add_end(text);
	}
}

/* One that watches is not handed over: it connects again, and is told what there is. */
void clients_write(struct server *server, struct buffer *text)
{
	struct client *client;

	TAILQ_FOREACH (client, &server->clients, link) {
		if (client->subscription.is_on)
			continue;
		wire_add_string(text, "item", "client");
		wire_add_number(text, "descriptor", client->descriptor);
		wire_add_number(text, "pid", client->pid);
		wire_add_number(text, "requests", (int64_t)client->requests);
		wire_add_number(text, "half_closed", client->is_half_closed);
		wire_add_number(text, "input", (int64_t)client->input.length);
		wire_add_number(text, "output", (int64_t)client->output.length);
		wire_add_end(text);
		write_waits(client, text);
	}
}

int clients_write_bytes(struct server *server, int descriptor)
{
	struct client *client;
	int result = 0;

	TAILQ_FOREACH (client, &server->clients, link) {
		if (client->subscription.is_on)
			continue;
		if (result == 0)
			result = buffer_write(&client->input, descriptor);
		if (result == 0)
			result = buffer_write(&client->output, descriptor);
	}
	return result;
}

void clients_keep_descriptors(struct server *server, bool keep)
{
	struct client *client;

	TAILQ_FOREACH (client, &server->clients, link)
		if (!client->subscription.is_on)
			fcntl(client->descriptor, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

/* Reads the bytes of BUFFER; their number is under KEY. Returns 0 or -ENOMEM. */
static int read_bytes(const struct wire_message *message, const char *key,
	struct handover_bytes *bytes, struct buffer *buffer)
{
	size_t length = (size_t)wire_number(message, key);
	const char *data = handover_take_bytes(bytes, length);

	return data ? buffer_add(buffer, data, length) : -ENOMEM;
}

void clients_adopt_wait(struct client *client, const struct wire_message *message)
{
	struct store *store =
		operations_store(client->server->operations, wire_number(message, "abort") != 0);
	const char *identifier = wire_string(message, "identifier");
	struct request *request;

	store_lock(store);
	request = identifier ? store_find_locked(store, identifier) : NULL;
	store_unlock(store);
	if (request)
		waiters_add(request, &client->waiter);
}

struct client *clients_adopt(struct server *server, int descriptor,
	const struct wire_message *message, struct handover_bytes *bytes)
{
	struct client *client = NULL;
	struct access_peer peer;

	if (descriptor >= 0)
		client = client_add(server, descriptor, (pid_t)wire_number(message, "pid"));
	if (!client)
		return NULL;
	/* If the user cannot be read, the client has no privilege. */
	client->user = access_find_peer(descriptor, &peer) == 0 ? peer.user : (uid_t)-1;
	client->requests = (uint64_t)wire_number(message, "requests");
	client->is_half_closed = wire_number(message, "half_closed") != 0;
	if (read_bytes(message, "input", bytes, &client->input) == 0 &&
		read_bytes(message, "output", bytes, &client->output) == 0)
		return client;
	log_error("client %d is disconnected: out of memory when it was taken over",
		(int)client->pid);
	client_free(client);
	return NULL;
}
