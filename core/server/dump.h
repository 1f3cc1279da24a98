/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of "dump": stock's keys in stock's order, then our own. */
#ifndef CORE_DUMP_H
#define CORE_DUMP_H

struct daemon;
struct buffer;

/* Writes the state of DAEMON, without the end of the reply. */
void dump_write(struct daemon *daemon, struct buffer *reply);

#endif
