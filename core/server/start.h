/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to start an operation that lvm2 does not ask for. */
#ifndef CORE_SERVER_START_H
#define CORE_SERVER_START_H

struct buffer;
struct operations;
struct sender;
struct wire_message;

/* Starts what MESSAGE of SENDER, who has privilege, asks for, or says why not. */
void start_answer(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply);

#endif
