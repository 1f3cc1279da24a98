/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to begin, or to abort, an operation. */
#ifndef CORE_SERVER_BEGIN_H
#define CORE_SERVER_BEGIN_H

struct buffer;
struct operations;
struct plugin_entry;
struct sender;
struct wire_message;

/* Begins what MESSAGE of SENDER asks for, which PLUGIN knows, or says why not. */
void begin_answer(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, const struct plugin_entry *plugin,
	struct buffer *reply);

#endif
