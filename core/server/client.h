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
#include "server/subscription.h"
#include "util/buffer.h"

struct event;
struct server;

struct client {
	struct server *server;
	int descriptor;
	struct buffer input;  /* what it has sent, and has no answer yet */
	struct buffer output; /* replies that it has not read */
	struct event *readable;
	struct event *writable;           /* waits while there is output, with a deadline */
	struct event *message_deadline;   /* runs while part of a message is there */
	struct event *more_requests;      /* soon, if more requests are left */
	pid_t pid;                        /* the process that connected; for the log */
	size_t scanned;                   /* input bytes that hold no end of a message */
	struct waiter waiter;             /* waits for the requests that it has made */
	struct subscription subscription; /* what it was told of changes */
	uint64_t requests;                /* the number of requests that it has made */
	unsigned answered;                /* requests answered since other clients were served */
	bool is_half_closed;              /* it will send no more */
	struct timespec heard_at; /* of its latest request, or of its connection; CLOCK_MONOTONIC */
	uid_t user;               /* this and what follows are server.c's */
	bool is_pending;          /* it waits for a slot, and is not read */
	TAILQ_ENTRY(client) link; /* in server->clients, oldest first */
};

/*
 * Makes a client of DESCRIPTOR, a connection of process PID, and owns DESCRIPTOR. When out of
 * memory DESCRIPTOR is closed, that is logged, and NULL is returned.
 */
struct client *client_add(struct server *server, int descriptor, pid_t pid);

/* Reads what CLIENT has sent, and answers it. CLIENT may have been freed afterwards. */
void client_read(struct client *client);
/* Answers what was read of CLIENT before. CLIENT may have been freed afterwards. */
void client_serve(struct client *client);

/* Sends what was added to the output of CLIENT, which may have been freed afterwards. */
void client_flush(struct client *client);

/* Disconnects CLIENT. */
void client_free(struct client *client);

/*
 * Whether CLIENT has privilege: it is root's, or the daemon's own user's. Its commands come before
 * those of others, and only clients with privilege may change something, or take results.
 */
bool client_is_privileged(const struct client *client);

#endif
