/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers the requests of the wire protocol. request.c has the table of them. */
#ifndef CORE_SERVER_REQUEST_H
#define CORE_SERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct operations;
struct buffer;
struct waiter;

/*
 * Answers the message of LENGTH bytes at TEXT, which a NUL byte follows. One whole reply, with its
 * end, is added to REPLY; it is lost when out of memory. WAITER, unless it is NULL, waits for the
 * requests that the message is about. MAY_STEER: the client may begin and abort operations.
 */
void request_answer(struct operations *operations, struct waiter *waiter, bool may_steer,
	const char *text, size_t length, struct buffer *reply);

/* NAME is a request of the daemon's own, which no plugin may take. */
bool request_is_reserved(const char *name);

#endif
