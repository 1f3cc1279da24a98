/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Long replies: messages one after the other, of which each but the first has the key "item". The
 * last, item="end", is left without its end, which answer.c adds to every reply.
 */
#ifndef CORE_SERVER_LIST_H
#define CORE_SERVER_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct operations;

/* What is wanted beside the entries of what is in flight. */
struct list_wanted {
	bool ended;  /* those of what ended lately, too */
	bool events; /* the latest events of each; what ended has them in any case */
};

void list_write(
	struct operations *operations, const struct list_wanted *wanted, struct buffer *reply);

/* What ended lately alone. */
void list_write_history(const struct operations *operations, struct buffer *reply);

/* How operation NUMBER has ended, and item="end"; that alone where it is not known any more. */
void list_write_end(const struct operations *operations, uint64_t number, struct buffer *reply);

/* The plugins, loaded or not; and the keys of the configuration, as they are in force. */
void list_write_plugins(const struct operations *operations, struct buffer *reply);
void list_write_configuration(const struct operations *operations, struct buffer *reply);

#endif
