/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server: its socket, its clients, and which client goes when too many come. */
#ifndef CORE_SERVER_SERVER_H
#define CORE_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "service/listener.h"
#include "util/error.h"

struct client;
struct configuration;
struct event;
struct event_base;
struct operations;

TAILQ_HEAD(client_list, client);

struct server {
	struct event_base *base;
	const struct configuration *configuration; /* the one in force; a reload replaces it */
	struct operations *operations;             /* what clients ask for */
	struct listener listener;
	struct client_list clients;
	size_t client_count;
	struct event *accept_event;
	struct event *accept_retry;
	struct event *subscription_timer;    /* runs while there is a subscription; or NULL */
	bool is_limit_told;                  /* the limit was reached, and that was logged */
	void (*left)(struct server *server); /* server.c's: called when a client has left */
	/* subscriptions.c's: called when a subscription begins */
	void (*subscribed)(struct server *server);
	void (*changed)(void *context); /* called when client_count has changed */
	void *context;
};

/* Makes SERVER a server without a socket. CHANGED is called with CONTEXT. */
void server_init(struct server *server, struct event_base *base,
	const struct configuration *configuration, struct operations *operations,
	void (*changed)(void *context), void *context);

/* Begins to accept clients on the listening socket. Returns 0 or a negative errno with the error.
 */
int server_start(struct server *server, struct lvmpolld_error *error);

/* Accepts no more, and closes every connection and the socket. */
void server_close(struct server *server);

#endif
