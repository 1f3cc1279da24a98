/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers the requests of the wire protocol. request.c has the table of them. */
#ifndef CORE_SERVER_REQUEST_H
#define CORE_SERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct operations;
struct buffer;
struct waiter;
struct watch;

/* The client that sends a message. */
struct asker {
	struct waiter *waiter; /* waits for the operations that it asks for; NULL: does not */
	struct watch *watch;   /* begins to watch where it asks for that; NULL: cannot */
	bool may_steer;        /* has privilege: may change something, and take results */
};

/*
 * Answers the message of LENGTH bytes at TEXT, which a NUL byte follows. One whole reply, with its
 * end, is added to REPLY; it is lost when out of memory.
 */
void request_answer(struct operations *operations, const struct asker *asker, const char *text,
	size_t length, struct buffer *reply);

/* Whether NAME is a request of the daemon's own, which no plugin may take. */
bool request_is_reserved(const char *name);

#endif
