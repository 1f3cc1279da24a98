/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client that watches: what it has been told of the changes. They are told by watchers.c. */
#ifndef CORE_SERVER_WATCH_H
#define CORE_SERVER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct operations;

/* Part of a client. */
struct watch {
	bool is_on;
	uint64_t serial; /* of the latest change that it was told, or has missed */
};

/* Begins a watch. The client was told everything until now. */
void watch_begin(struct watch *watch, struct operations *operations);

/* Counts what has changed since it was called last. */
void watch_count_changes(struct operations *operations);

#endif
