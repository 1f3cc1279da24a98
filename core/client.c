/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client: a connection that sends requests and is answered, one after the other. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "client.h"
#include "client_accept.h"
#include "configuration.h"
#include "daemon.h"
#include "idle.h"
#include "log.h"
#include "request.h"
#include "wire.h"

/* Replies that a client has not read hold back its further requests from this many bytes on. */
#define UNREAD_REPLIES_MAX (256 * 1024)

/* Requests of one client that are answered in one turn of the loop; then the others come. */
#define REQUESTS_IN_TURN 32


void client_free(struct client *client)
{
	struct daemon *daemon = client->daemon;

	TAILQ_REMOVE(&daemon->clients, client, link);
	daemon->client_count--;
	if (client->connection)
		bufferevent_free(client->connection);
	if (client->message_deadline)
		event_free(client->message_deadline);
	if (client->next_turn)
		event_free(client->next_turn);
	free(client);
	client_accept_resume(daemon);
	idle_update(daemon);
}

static void log_message(const struct client *client, const char *direction, const char *text)
{
	if (log_wire_is_enabled())
		log_write_wire("client %d %s %s", (int)client->pid, direction, text);
}

static void log_reply(const struct client *client, struct evbuffer *reply)
{
	size_t length = evbuffer_get_length(reply);
	char *text;

	if (!log_wire_is_enabled())
		return;
	text = calloc(1, length + 1);
	if (text && evbuffer_copyout(reply, text, length) >= 0)
		log_message(client, "<-", text);
	free(text);
}

/* Returns 0 or -ENOMEM. */
static int send_reply(struct client *client, struct evbuffer *reply)
{
	/* One that there was no memory for is empty. */
	if (evbuffer_get_length(reply) == 0 ||
		bufferevent_write_buffer(client->connection, reply) < 0)
		return -ENOMEM;
	/* Where libevent could not arrange for the writing, it has not said so. */
	return bufferevent_enable(client->connection, EV_WRITE) < 0 ? -ENOMEM : 0;
}

/* Answers the message whose text has LENGTH bytes. Returns 0 or -ENOMEM. */
static int answer(struct client *client, size_t length)
{
	struct evbuffer *input = bufferevent_get_input(client->connection);
	struct evbuffer *reply = evbuffer_new();
	char *text = wire_take(input, length);
	int result = -ENOMEM;

	client->scanned = 0;
	client->has_asked = true;
	if (text && reply) {
		log_message(client, "->", text);
		request_answer(client->daemon, text, length, reply);
		log_reply(client, reply);
		result = send_reply(client, reply);
	}
	if (reply)
		evbuffer_free(reply);
	free(text);
	return result;
}

static size_t unread_replies(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->connection));
}

/* The time for completing a message runs from its first byte. Returns 0 or -1. */
static int update_deadline(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->connection);
	const struct timeval limit = {
		.tv_sec = client->daemon->configuration->limit_client_timeout_s};

	if (evbuffer_get_length(input) == 0 || unread_replies(client) > 0)
		return event_del(client->message_deadline);
	if (event_pending(client->message_deadline, EV_TIMEOUT, NULL) || limit.tv_sec == 0)
		return 0;
	return event_add(client->message_deadline, &limit);
}

/*
 * Of one that sends faster than it is answered no more is read than what shows that a message is
 * too long. (libevent's own watermark crashes where there is no memory to set it.) Returns 0 or -1.
 */
static int update_reading(struct client *client)
{
	size_t waiting = evbuffer_get_length(bufferevent_get_input(client->connection));

	if (client->is_half_closed)
		return 0;
	if (waiting > client->daemon->configuration->limit_message_size + WIRE_END_LENGTH)
		return bufferevent_disable(client->connection, EV_READ);
	return bufferevent_enable(client->connection, EV_READ);
}

/* What is awaited next from the client. Returns false when it is gone, for want of memory. */
static bool await_more(struct client *client)
{
	if (update_deadline(client) == 0 && update_reading(client) == 0)
		return true;
	log_error("client %d is disconnected: no memory to wait for its next message",
		(int)client->pid);
	client_free(client);
	return false;
}

/* Answers what has come. Returns false when the client is gone. */
static bool serve(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->connection);
	size_t limit = client->daemon->configuration->limit_message_size;
	size_t length;

	for (int answered = 0; unread_replies(client) < UNREAD_REPLIES_MAX; answered++) {
		if (!wire_find_end(input, &client->scanned, &length))
			length = evbuffer_get_length(input);
		else if (answered == REQUESTS_IN_TURN) {
			event_active(client->next_turn, 0, 0);
			return await_more(client);
		} else if (length <= limit) {
			event_del(client->message_deadline);
			if (answer(client, length) == 0)
				continue;
			log_error("client %d is disconnected: no memory for its reply",
				(int)client->pid);
			client_free(client);
			return false;
		}
		if (length > limit) {
			log_warn("client %d is disconnected: its message has %zu bytes or more, and "
				 "limits.message_size is %zu",
				(int)client->pid, length, limit);
			client_free(client);
			return false;
		}
		break;
	}
	if (client->is_half_closed && unread_replies(client) == 0) {
		client_free(client);
		return false;
	}
	return await_more(client);
}

static void on_read(struct bufferevent *connection, void *context)
{
	(void)connection;
	serve(context);
}

/* All replies have left: go on with requests that were held back. */
static void on_written(struct bufferevent *connection, void *context)
{
	(void)connection;
	serve(context);
}

static void on_next_turn(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	serve(context);
}

static void on_message_deadline(evutil_socket_t descriptor, short what, void *context)
{
	struct client *client = context;

	(void)descriptor;
	(void)what;
	log_warn("client %d is disconnected: it did not complete its message within "
		 "limits.client_timeout (%u s)",
		(int)client->pid, client->daemon->configuration->limit_client_timeout_s);
	client_free(client);
}

static void on_event(struct bufferevent *connection, short what, void *context)
{
	struct client *client = context;

	if (what & BEV_EVENT_TIMEOUT) {
		log_warn("client %d is disconnected: it did not read its reply within "
			 "limits.client_timeout (%u s)",
			(int)client->pid, client->daemon->configuration->limit_client_timeout_s);
		client_free(client);
	} else if (what & BEV_EVENT_EOF) {
		/* It may have closed its side only: what it has asked is answered all the same. */
		client->is_half_closed = true;
		bufferevent_disable(connection, EV_READ);
		serve(client);
	} else if (what & BEV_EVENT_ERROR) {
		client_free(client);
	}
}

static pid_t peer_pid(int descriptor)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
		return 0;
	return credentials.pid;
}

static int set_up_connection(struct client *client, int descriptor)
{
	struct configuration *configuration = client->daemon->configuration;
	const struct timeval write_limit = {.tv_sec = configuration->limit_client_timeout_s};
	struct event_base *base = client->daemon->base;

	client->message_deadline = event_new(base, -1, 0, on_message_deadline, client);
	client->next_turn = event_new(base, -1, 0, on_next_turn, client);
	if (!client->message_deadline || !client->next_turn)
		return -ENOMEM;
	/* Callbacks come from the loop, never from within bufferevent_write: it may free us. */
	client->connection = bufferevent_socket_new(base, descriptor, BEV_OPT_CLOSE_ON_FREE);
	if (!client->connection)
		return -ENOMEM;
	bufferevent_setcb(client->connection, on_read, on_written, on_event, client);
	bufferevent_set_timeouts(
		client->connection, NULL, write_limit.tv_sec > 0 ? &write_limit : NULL);
	return bufferevent_enable(client->connection, EV_READ | EV_WRITE) < 0 ? -ENOMEM : 0;
}

struct client *client_add(struct daemon *daemon, int descriptor)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		log_error("a client is turned away: out of memory");
		close(descriptor);
		return NULL;
	}
	client->daemon = daemon;
	client->pid = peer_pid(descriptor);
	clock_gettime(CLOCK_MONOTONIC, &client->connected_at);
	TAILQ_INSERT_TAIL(&daemon->clients, client, link);
	daemon->client_count++;
	if (set_up_connection(client, descriptor) < 0) {
		log_error("client %d is turned away: out of memory", (int)client->pid);
		if (!client->connection)
			close(descriptor);
		client_free(client);
		return NULL;
	}
	idle_update(daemon);
	return client;
}

void client_close_all(struct daemon *daemon)
{
	struct client *client;

	client_accept_stop(daemon);
	while ((client = TAILQ_FIRST(&daemon->clients)))
		client_free(client);
}
