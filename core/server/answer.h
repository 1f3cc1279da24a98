/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers the requests of the wire protocol. answer.c has the table of them. */
#ifndef CORE_SERVER_ANSWER_H
#define CORE_SERVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct operations;
struct sender;

/*
 * Answers the message of LENGTH bytes at TEXT, which a NUL byte follows. One whole reply, with its
 * end, is added to REPLY; it is lost when out of memory.
 */
void answer_message(struct operations *operations, const struct sender *sender, const char *text,
	size_t length, struct buffer *reply);

/* Whether NAME is a request of the daemon's own, which no plugin may take. */
bool answer_is_reserved(const char *name);

#endif
