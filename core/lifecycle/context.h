/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is shared by all that works on the operations of a daemon. Events go up by a callback: what
 * runs a command, asks lvm2 or waits for a time does not know what follows from its end.
 */
#ifndef LIFECYCLE_CONTEXT_H
#define LIFECYCLE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "lifecycle/asking.h"
#include "lifecycle/scheduler.h"
#include "lifecycle/table.h"
#include "operation/device.h"
#include "operation/operation.h"
#include "operation/store.h"
#include "records/directory.h"

struct configuration;
struct event;
struct event_base;
struct monitor;
struct plugins;

struct operations {
	struct event_base *base;
	const struct configuration *configuration; /* the one in force: another after a reload */
	struct plugins *plugins;
	struct monitor *monitor; /* NULL where device-mapper cannot be used */

	/* Requests of operations that are polled, and of aborts: the two stores, as in lvm2. */
	struct store polling;
	struct store aborts;
	bool has_stores;
	struct devices devices;
	struct operation_list list;  /* those that are not over */
	struct operation_list ended; /* those that are, until they are freed */
	size_t in_flight;            /* of the list, those that are not dormant */
	struct scheduler scheduler;
	struct asks asks;
	struct record_directory records;
	struct event *record_retry; /* while records could not be written; or NULL */
	size_t stale_records;
	struct event *results_timer; /* drops results that are too old; or NULL */

	bool is_taking_over; /* no command is started: some may run that are not known yet */
	bool is_stopping;    /* the daemon ends: what is in flight is left to the next one */

	/* What goes on with an event, and what follows when all have come in: lifecycle.h. */
	void (*handle)(struct operation *operation, enum operation_event event);
	void (*settle)(struct operations *operations);

	void (*changed)(void *context); /* in_flight may have changed; or NULL */
	void *context;
};

/* EVENT has happened to OPERATION. */
static inline void context_happened(struct operation *operation, enum operation_event event)
{
	operation->operations->handle(operation, event);
}

/* The store of requests that are polled, or that of aborts. */
struct store *operations_store(struct operations *operations, bool is_abort);

/* To be called after in_flight has changed. */
void operations_changed(const struct operations *operations);

#endif
