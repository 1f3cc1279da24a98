/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The requests to abort, to resume and to adopt what the daemon knows, by its number: others than
 * root may be allowed to make them, so a message says nothing else of what is steered.
 */
#ifndef CORE_SERVER_STEER_H
#define CORE_SERVER_STEER_H

#include <stdbool.h>

struct buffer;
struct operations;
struct sender;
struct wire_message;

/* Whether SENDER may make these requests, by the configuration in force. */
bool steer_is_allowed(const struct operations *operations, const struct sender *sender);

/* Aborts the operation with the id of MESSAGE, or says why not. */
void steer_abort(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply);

/* Makes an attempt for the operation with the id of MESSAGE at once, or says why not. */
void steer_resume(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply);

/* Adopts the one with the id of MESSAGE; without an id, looks for what nobody sees to. */
void steer_adopt(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply);

#endif
