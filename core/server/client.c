/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client: a connection that sends requests and is answered, one after the other. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/operations_collect.h"
#include "log/log.h"
#include "protocol/wire.h"
#include "server/access.h"
#include "server/answer.h"
#include "server/client.h"
#include "server/client_limits.h"
#include "server/sender.h"
#include "server/server.h"
#include "util/buffer.h"

/* From this many bytes of unread replies on, a client's requests are no longer answered. */
#define UNREAD_REPLIES_MAX (256 * 1024)

/* How many requests of one client are answered before other clients are served. */
#define REQUESTS_AT_ONCE 32

/* How much is read in one call. It grows with the message and the room for it. */
#define READ_SIZE_MIN 512
#define READ_SIZE_MAX (64 * 1024)

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void client_free(struct client *client)
{
	struct server *server = client->server;

	TAILQ_REMOVE(&server->clients, client, link);
	server->client_count--;
	operations_forget_waiter(server->operations, &client->waiter);
	free_event(client->readable);
	free_event(client->writable);
	free_event(client->message_deadline);
	free_event(client->more_requests);
	buffer_free(&client->input);
	buffer_free(&client->output);
	close(client->descriptor);
	free(client);
	server->left(server);
}

static void log_message(
	const struct client *client, const char *direction, const char *text, size_t length)
{
	if (log_wire_is_enabled())
		log_write_wire("client %d %s %.*s", (int)client->pid, direction, (int)length, text);
}

bool client_is_privileged(const struct client *client)
{
	return access_is_privileged(client->user);
}

/* Answers the message whose text has LENGTH bytes. Returns 0 or -ENOMEM. */
static int answer(struct client *client, size_t length)
{
	struct buffer *output = &client->output;
	size_t former_length = output->length;
	const struct sender sender = {
		.waiter = &client->waiter,
		.subscription = &client->subscription,
		.connection = client->descriptor,
		.is_privileged = client_is_privileged(client),
	};
	char *text = wire_peek(&client->input, length);

	client->scanned = 0;
	client->requests++;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &client->heard_at);
	client->answered++;
	log_message(client, "->", text, length);
	answer_message(client->server->operations, &sender, text, length, output);
	wire_drop(&client->input, length);
	if (output->is_lost)
		return -ENOMEM;
	if (client->subscription.is_on)
		client->server->subscribed(client->server);
	log_message(
		client, "<-", buffer_bytes(output) + former_length, output->length - former_length);
	return 0;
}

/* Makes an event when it is needed: most clients never need it. Returns 0 or -1. */
static int add_event(
	struct client *client, struct event **event, event_callback_fn callback, unsigned seconds)
{
	const struct timeval timeout = {.tv_sec = seconds};

	if (!*event)
		*event = event_new(client->server->base, -1, 0, callback, client);
	return *event ? event_add(*event, &timeout) : -1;
}

static void on_message_deadline(evutil_socket_t descriptor, short what, void *context)
{
	struct client *client = context;

	(void)descriptor;
	(void)what;
	log_warn("client %d is disconnected: it did not complete its message within "
		 "limits.client_timeout (%u s)",
		(int)client->pid, client->server->configuration->limit_client_timeout_s);
	client_free(client);
}

/* The time for completing a message runs from its first byte. Returns 0 or -1. */
static int update_deadline(struct client *client)
{
	unsigned limit_s = client->server->configuration->limit_client_timeout_s;
	bool is_incomplete = client->input.length > 0 && client->output.length == 0;

	if (!is_incomplete)
		return client->message_deadline ? event_del(client->message_deadline) : 0;
	if (client->message_deadline && event_pending(client->message_deadline, EV_TIMEOUT, NULL))
		return 0;
	return add_event(client, &client->message_deadline, on_message_deadline, limit_s);
}

/*
 * Reads no more from a client that sends faster than it reads its replies, but up to the limit, to
 * see that a message is too long. Returns 0 or -1.
 */
static int update_reading(struct client *client)
{
	if (client->is_half_closed || client_limits_is_full(client))
		return event_del(client->readable);
	if (event_pending(client->readable, EV_READ, NULL))
		return 0;
	return event_add(client->readable, NULL);
}

static void disconnect(struct client *client, const char *why)
{
	log_error("client %d is disconnected: %s", (int)client->pid, why);
	client_free(client);
}

/* Waits for what the client sends next. */
static void await_more(struct client *client)
{
	if (update_deadline(client) < 0 || update_reading(client) < 0)
		disconnect(client, "out of memory for its next message");
}

static void on_more_requests(evutil_socket_t descriptor, short what, void *context);
static void on_writable(evutil_socket_t descriptor, short what, void *context);

static int await_writable(struct client *client)
{
	const struct timeval limit = {
		.tv_sec = client->server->configuration->limit_client_timeout_s};

	if (!client->writable)
		client->writable = event_new(
			client->server->base, client->descriptor, EV_WRITE, on_writable, client);
	/* A client that watches has no deadline: it costs nothing. */
	return client->writable
		       ? event_add(client->writable, client->subscription.is_on ? NULL : &limit)
		       : -1;
}

/*
 * Sends as much of the replies as the client takes, and waits until it takes the rest. Returns 0 or
 * -1.
 */
static int send_replies(struct client *client)
{
	struct buffer *output = &client->output;

	while (output->length > 0) {
		ssize_t length = send(
			client->descriptor, buffer_bytes(output), output->length, MSG_NOSIGNAL);

		if (length >= 0)
			buffer_drop(output, (size_t)length);
		else if (errno == EAGAIN)
			return await_writable(client);
		else if (errno != EINTR)
			return -1;
	}
	return client->writable ? event_del(client->writable) : 0;
}

void client_flush(struct client *client)
{
	if (client->output.is_lost)
		disconnect(client, "out of memory for what it watches");
	else if (send_replies(client) < 0)
		client_free(client);
}

/*
 * Answers whole messages. Returns 0; or 1 if more may be answered later, after other clients
 * or when replies were read; or a negative errno: -EMSGSIZE if a message is too long, -EDQUOT if
 * the client has made as many requests as it may.
 */
static int answer_messages(struct client *client)
{
	size_t limit = client->server->configuration->limit_message_size;
	size_t length;

	while (client->output.length < UNREAD_REPLIES_MAX) {
		if (!wire_find_end(&client->input, &client->scanned, &length))
			return client->input.length > limit ? -EMSGSIZE : 0;
		if (length > limit)
			return -EMSGSIZE;
		if (client->answered == REQUESTS_AT_ONCE)
			return 1;
		if (client_limits_may_ask_no_more(client))
			return -EDQUOT;
		if (client->message_deadline)
			event_del(client->message_deadline);
		if (answer(client, length) < 0)
			return -ENOMEM;
	}
	return 1;
}

/* Refuses the client for RESULT, the negative errno of answer_messages. */
static void refuse(struct client *client, int result)
{
	client_limits_log(client, result);
	/* It still gets the answers to what it was allowed to ask. */
	if (result == -EDQUOT)
		send_replies(client);
	client_free(client);
}

/* Answers what the client has sent. Returns false if the client was freed. */
static bool serve(struct client *client)
{
	int result = answer_messages(client);

	if (result < 0) {
		refuse(client, result);
		return false;
	}
	if (send_replies(client) < 0 ||
		(client->is_half_closed && result == 0 && client->output.length == 0)) {
		/* It left without waiting for its reply, or has read all its replies. */
		client_free(client);
		return false;
	}
	if (result > 0 && client->output.length < UNREAD_REPLIES_MAX &&
		add_event(client, &client->more_requests, on_more_requests, 0) < 0) {
		disconnect(client, "out of memory for its further requests");
		return false;
	}
	return true;
}

void client_serve(struct client *client)
{
	client->answered = 0;
	if (serve(client))
		await_more(client);
}

/*
 * Returns 1 if the client has sent something or will send no more, 0 if it has not, or -1 if it was
 * freed.
 */
static int receive(struct client *client)
{
	struct buffer *input = &client->input;
	size_t room;
	ssize_t length;

	if (buffer_reserve(input, READ_SIZE_MIN) < 0) {
		disconnect(client, "out of memory for its message");
		return -1;
	}
	room = buffer_room(input);
	length = recv(client->descriptor, buffer_end(input),
		room < READ_SIZE_MAX ? room : READ_SIZE_MAX, 0);
	if (length > 0) {
		buffer_take_in(input, (size_t)length);
		return 1;
	}
	if (length == 0) {
		/* It may have closed only its sending side: its requests are still answered. */
		client->is_half_closed = true;
		return 1;
	}
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	client_free(client);
	return -1;
}

/* Whether the client has all its answers, and may have asked again since. */
static bool may_have_asked_again(const struct client *client)
{
	return client->input.length == 0 && client->output.length == 0 && !client->is_half_closed &&
	       client->answered < REQUESTS_AT_ONCE;
}

void client_read(struct client *client)
{
	int received;

	client->answered = 0;
	do {
		received = receive(client);
		if (received < 0 || (received > 0 && !serve(client)))
			return;
	} while (received > 0 && may_have_asked_again(client));
	await_more(client);
}

static void on_readable(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	client_read(context);
}

/* The client has read replies: requests that were held back are answered. */
static void on_writable(evutil_socket_t descriptor, short what, void *context)
{
	struct client *client = context;

	(void)descriptor;
	if (what & EV_TIMEOUT) {
		log_warn("client %d is disconnected: it did not read its reply within "
			 "limits.client_timeout (%u s)",
			(int)client->pid, client->server->configuration->limit_client_timeout_s);
		client_free(client);
	} else if (send_replies(client) < 0) {
		client_free(client);
	} else {
		client_serve(client);
	}
}

static void on_more_requests(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	client_serve(context);
}

struct client *client_add(struct server *server, int descriptor, pid_t pid)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		log_error("a client is turned away: out of memory");
		close(descriptor);
		return NULL;
	}
	client->server = server;
	waiter_init(&client->waiter);
	client->descriptor = descriptor;
	client->pid = pid;
	clock_gettime(CLOCK_MONOTONIC, &client->heard_at);
	TAILQ_INSERT_TAIL(&server->clients, client, link);
	server->client_count++;
	client->readable =
		event_new(server->base, descriptor, EV_READ | EV_PERSIST, on_readable, client);
	if (!client->readable) {
		log_error("client %d is turned away: out of memory", (int)client->pid);
		client_free(client);
		return NULL;
	}
	server->changed(server->context);
	return client;
}
