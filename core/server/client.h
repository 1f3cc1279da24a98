/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client: a connection that sends requests and is answered, one after the other. */
#ifndef CORE_CLIENT_H
#define CORE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <time.h>

#include "util/buffer.h"
#include "operation/waiters.h"

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
	struct event *next_turn;        /* more requests are there than one turn may answer */
	pid_t pid;                      /* as it was when it connected; for the log */
	size_t scanned;                 /* bytes of the input in which no end was found */
	struct waiter waiter;           /* operations that it asks after */
	uint64_t requests;              /* that it has made */
	unsigned turn;                  /* how many were answered in this turn of the loop */
	bool is_half_closed;            /* it will send no more */
	struct timespec heard_at; /* of its latest request, or when it came; CLOCK_MONOTONIC */
	uid_t user;               /* server.c's, as is what follows */
	bool is_held;             /* it has no place yet and is not read; until an upgrade */
	TAILQ_ENTRY(client) link; /* in server->clients, oldest first */
};

/*
 * Takes DESCRIPTOR, a connection of process PID, over in any case. NULL when out of memory; that is
 * logged.
 */
struct client *client_add(struct server *server, int descriptor, pid_t pid);

/* Reads what it has sent by now, and answers it. It may be gone afterwards. */
void client_read(struct client *client);
/* Answers what was read of it. It may be gone afterwards. */
void client_serve(struct client *client);

/* Disconnects it. */
void client_free(struct client *client);

#endif
