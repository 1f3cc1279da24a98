/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accepting clients: as many as may be, and only those who may. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "access.h"
#include "client.h"
#include "client_accept.h"
#include "configuration.h"
#include "daemon.h"
#include "log.h"

/* When descriptors are short, accepting is tried again after this time. */
#define ACCEPT_RETRY_MS 200

/*
 * Makes room for one more: of those that have not asked anything yet and had a second to do so, the
 * one that has been there longest goes. Whoever waits for an operation stays.
 */
static bool evict_silent_client(struct daemon *daemon)
{
	struct timespec now;
	struct client *client;

	clock_gettime(CLOCK_MONOTONIC, &now);
	TAILQ_FOREACH (client, &daemon->clients, link)
		if (client->requests == 0 && now.tv_sec - client->connected_at.tv_sec > 1)
			break;
	if (!client)
		return false;
	log_warn("client %d is disconnected: limits.clients (%u) is reached and it has asked nothing",
		(int)client->pid, daemon->configuration->limit_clients);
	client_free(client);
	return true;
}

static void pause_accepting(struct daemon *daemon)
{
	static const struct timeval retry = {
		.tv_sec = ACCEPT_RETRY_MS / 1000, .tv_usec = ACCEPT_RETRY_MS % 1000 * 1000};

	/* Where there is no memory for the timer, the socket is looked at again at once. */
	if (event_add(daemon->accept_retry, &retry) == 0)
		event_del(daemon->accept_event);
}

void client_accept_resume(struct daemon *daemon)
{
	if (daemon->is_stopping || !daemon->accept_event ||
		event_pending(daemon->accept_event, EV_READ, NULL))
		return;
	event_del(daemon->accept_retry);
	event_add(daemon->accept_event, NULL);
}

static void on_accept_retry(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	client_accept_resume(context);
}

/* Room for one more client? Where there is none they wait in the backlog, and that is said once. */
static bool has_room(struct daemon *daemon)
{
	if (daemon->client_count < daemon->configuration->limit_clients) {
		daemon->is_accept_refused = false;
		return true;
	}
	if (evict_silent_client(daemon))
		return true;
	if (!daemon->is_accept_refused)
		log_warn("limits.clients (%u) is reached: further clients wait until one leaves",
			daemon->configuration->limit_clients);
	daemon->is_accept_refused = true;
	return false;
}

/* Who connects has mostly sent its first request, too: it need not be waited for. */
static void greet(struct daemon *daemon, int connection)
{
	struct client *client;
	pid_t pid;

	if (!access_is_allowed(daemon->configuration, connection, &pid)) {
		close(connection);
		return;
	}
	client = client_add(daemon, connection, pid);
	if (client)
		client_read(client);
}

static void on_acceptable(evutil_socket_t descriptor, short what, void *context)
{
	struct daemon *daemon = context;
	int connection;

	(void)what;
	if (!has_room(daemon)) {
		pause_accepting(daemon);
		return;
	}
	connection = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (connection >= 0) {
		greet(daemon, connection);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	log_error("cannot accept a client: %s; trying again", strerror(errno));
	pause_accepting(daemon);
}

int client_accept_start(struct daemon *daemon, struct lvmpolld_error *error)
{
	daemon->accept_event = event_new(
		daemon->base, daemon->listener.descriptor, EV_READ | EV_PERSIST, on_acceptable, daemon);
	daemon->accept_retry = event_new(daemon->base, -1, 0, on_accept_retry, daemon);
	if (!daemon->accept_event || !daemon->accept_retry ||
		event_add(daemon->accept_event, NULL) < 0)
		return error_set(error, ENOMEM, "cannot accept clients: out of memory");
	return 0;
}

void client_accept_stop(struct daemon *daemon)
{
	if (daemon->accept_event)
		event_free(daemon->accept_event);
	if (daemon->accept_retry)
		event_free(daemon->accept_retry);
	daemon->accept_event = daemon->accept_retry = NULL;
}
