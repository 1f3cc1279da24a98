/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to look for what nobody sees to, and to adopt it. */
#ifndef CORE_SERVER_ADOPT_H
#define CORE_SERVER_ADOPT_H

struct buffer;
struct operations;
struct wire_message;

/* Adopts the one with the id of MESSAGE; without an id, looks for what nobody sees to. */
void adopt_answer(
	struct operations *operations, const struct wire_message *message, struct buffer *reply);

#endif
