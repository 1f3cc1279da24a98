/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of "dump": stock's keys in stock's order, then our own. */
#ifndef CORE_SERVER_DUMP_H
#define CORE_SERVER_DUMP_H

struct operations;
struct buffer;

/* Writes the state of OPERATIONS, without the end of the reply. */
void dump_write(struct operations *operations, struct buffer *reply);

#endif
