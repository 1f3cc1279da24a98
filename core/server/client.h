/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client: a connection that sends requests and is answered, one after the other. */
#ifndef CORE_SERVER_CLIENT_H
#define CORE_SERVER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <time.h>

#include "operation/waiters.h"
#include "util/buffer.h"

struct event;
struct server;

struct client {
	struct server *server;
	int descriptor;
	struct buffer input;  /* what it has sent and is not answered yet */
	struct buffer output; /* replies that it has not read */
	struct event *readable;
	struct event *writable;         /* waited for while there is output, with a deadline */
	struct event *message_deadline; /* runs while part of a message is there */
	struct event *next_turn; /* soon, where more requests are there than one turn may answer */
	pid_t pid;               /* of the process that connected; for the log */
	size_t scanned;          /* bytes of the input in which no end was found */
	struct waiter waiter;    /* for operations that it has asked for */
	uint64_t requests;       /* that it has made */
	unsigned turn;           /* requests that were answered in this turn of the loop */
	bool is_half_closed;     /* it will send no more */
	struct timespec
		heard_at; /* time of its latest request, or of its connection; CLOCK_MONOTONIC */
	uid_t user;       /* server.c's, as is what follows */
	bool is_pending;  /* it has no place yet and is not read; until an upgrade */
	TAILQ_ENTRY(client) link; /* in server->clients, oldest first */
};

/*
 * Makes a client of DESCRIPTOR, a connection of process PID, and owns it. When out of memory it is
 * closed, that is logged, and NULL is returned.
 */
struct client *client_add(struct server *server, int descriptor, pid_t pid);

/* Reads what it has sent, and answers it. CLIENT may have been freed afterwards. */
void client_read(struct client *client);
/* Answers what was read of it. CLIENT may have been freed afterwards. */
void client_serve(struct client *client);

/* Disconnects it. */
void client_free(struct client *client);

/*
 * CLIENT is root's, or the daemon's own user's: its commands come before those of others, and it
 * alone may begin and abort operations.
 */
bool client_is_privileged(const struct client *client);

#endif
