/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of a daemon, and what is shared by all that works on them. */
#ifndef CORE_OPERATIONS_H
#define CORE_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lifecycle/scheduler.h"
#include "lvm/lvpoll.h"
#include "operation/store.h"
#include "records/directory.h"
#include "util/error.h"

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

	/* Operations that are polled, and aborts of pvmoves: the two stores, as in lvm2. */
	struct store polling;
	struct store aborts;
	bool has_stores;
	struct scheduler scheduler;
	struct lvpolls lvpolls;
	struct record_directory records;
	struct event *record_retry; /* while records could not be written; or NULL */
	size_t stale_records;
	struct event *results_timer; /* drops results that are too old; or NULL */

	size_t in_flight;    /* operations in both stores that are neither finished nor failed */
	bool is_taking_over; /* no lvpoll is started: some may run that are not known yet */
	bool is_stopping;    /* the daemon ends: what is in flight is left to the next one */

	void (*changed)(void *context); /* in_flight may have changed; or NULL */
	void *context;
};

/*
 * Makes OPERATIONS empty: without plugins and monitor, which the caller sets later. CHANGED is
 * called with CONTEXT in the main thread. Returns 0 or -ENOMEM with the error; operations_destroy
 * is right in both cases.
 */
int operations_init(struct operations *operations, struct event_base *base,
	const struct configuration *configuration, void (*changed)(void *context), void *context,
	struct lvmpolld_error *error);
/* Frees the stores with all that is in them, and the scheduler. */
void operations_destroy(struct operations *operations);

/* The store of operations that are polled, or that of aborts. */
struct store *operations_store(struct operations *operations, bool is_abort);

/* To be called after in_flight has changed. */
void operations_changed(const struct operations *operations);

#endif
