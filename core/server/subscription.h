/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subscription of a client: the request "watch" begins one of all changes, "wait" one of the
 * end of an operation. They are told by subscriptions.c.
 */
#ifndef CORE_SERVER_SUBSCRIPTION_H
#define CORE_SERVER_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

struct operations;

/* Part of a client. */
struct subscription {
	bool is_on;
	uint64_t serial; /* of the latest change that it was told, or has missed */
	uint64_t number; /* of the one operation that it waits for; 0: it watches all */
};

/* Begins a subscription. The client was told everything until now. */
void subscription_begin(struct subscription *subscription, struct operations *operations);

/* Begins one that ends with operation NUMBER. */
void subscription_wait(
	struct subscription *subscription, struct operations *operations, uint64_t number);

/* Counts what has changed since it was called last. */
void subscription_count_changes(struct operations *operations);

#endif
