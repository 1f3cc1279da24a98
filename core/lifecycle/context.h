/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of a daemon, and what the files of this folder share. Events go up by a callback:
 * the code that runs a command, asks lvm2 or waits for a timer does not know what follows.
 */
#ifndef CORE_LIFECYCLE_CONTEXT_H
#define CORE_LIFECYCLE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "comparing/comparison.h"
#include "history/keeper.h"
#include "lifecycle/asking.h"
#include "lifecycle/scheduler.h"
#include "lifecycle/table.h"
#include "operation/device.h"
#include "operation/operation.h"
#include "operation/store.h"
#include "records/directory.h"
#include "status/counts.h"
#include "status/ended.h"

struct configuration;
struct event;
struct event_base;
struct monitor;
struct orphans;
struct plugins;
struct unattended;

struct operations {
	struct event_base *base;
	const struct configuration *configuration; /* the one in force; a reload replaces it */
	struct plugins *plugins;
	struct monitor *monitor; /* NULL if device-mapper cannot be used */

	/* Requests of polls and of aborts: two stores, as in stock lvmpolld. */
	struct store polling;
	struct store aborts;
	bool has_stores;
	struct devices devices;
	struct operation_list list; /* not over; dormant ones too */
	struct operation_list over; /* soon freed */
	size_t in_flight;           /* those in the list that are not dormant */
	struct scheduler scheduler;
	struct inquiries inquiries;
	struct orphans *orphans;       /* made where one is looked for; or NULL */
	struct unattended *unattended; /* what nobody sees to; NULL: it is not looked for */
	struct comparisons comparisons;
	struct record_directory records;
	uint64_t last_number; /* the latest that was given to an operation, as far as is known */
	bool is_number_read;  /* what the previous daemon has written of it */
	struct ended ended_lately; /* with what people are told of them */
	struct history_keeper history;
	struct counts counts;       /* of how they ended, and how their commands did */
	uint64_t change_serial;     /* of the latest change of what they are told */
	struct event *record_retry; /* runs while a record could not be written; or NULL */
	size_t stale_records;
	struct event *loss_retry; /* while losses could not be noted; or NULL */
	size_t unwritten_losses;
	struct event *results_timer; /* drops results that are too old; or NULL */

	bool is_taking_over; /* no command starts: old ones may be unknown */
	bool is_stopping;    /* the daemon ends; what is in flight is left to the next one */

	/*
	 * lifecycle_handle, which takes an event in, and lifecycle_settle, for what follows later.
	 */
	void (*handle)(struct operation *operation, enum operation_event event);
	void (*settle)(struct operations *operations);

	void (*changed)(
		void *context); /* called when a state has changed, or in_flight may; or NULL */
	/* Starts the monitor, where there is none yet; or NULL. */
	void (*start_monitor)(struct operations *operations);
	int monitor_failure;         /* the errno for which that was not possible; 0: it was */
	struct event *monitor_retry; /* runs while a shortage is waited for; or NULL */
	void *context;
};

/* EVENT has happened to OPERATION. */
static inline void context_happened(struct operation *operation, enum operation_event event)
{
	operation->operations->handle(operation, event);
}

/* The store of polls, or the store of aborts. */
struct store *operations_store(struct operations *operations, bool is_abort);

/* To be called when a state or in_flight has changed. */
void operations_changed(const struct operations *operations);

#endif
