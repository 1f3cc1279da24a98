/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon as a whole: what its parts share, from the first descriptor to the last. */
#ifndef CORE_DAEMON_H
#define CORE_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "service/listener.h"
#include "configuration/options.h"
#include "records/directory.h"
#include "lifecycle/scheduler.h"
#include "operation/store.h"

struct client;
struct configuration;
struct event;
struct event_base;
struct monitor;
struct handover;
struct lvpoll;
struct plugins;
struct upgrade;

TAILQ_HEAD(client_list, client);
TAILQ_HEAD(lvpoll_list, lvpoll);

struct daemon {
	const struct options *options;
	struct configuration *configuration;
	struct plugins *plugins;
	struct event_base *base;
	struct listener listener;
	int pidfile; /* holds the lock on the pid file */

	/* Volumes that are polled, and pvmoves that are aborted: the two stores, as in lvm2. */
	struct store polling;
	struct store aborts;
	bool has_stores;
	struct monitor *monitor; /* NULL where device-mapper cannot be used */
	struct scheduler scheduler;
	struct record_directory records;
	struct event *record_retry; /* while records could not be written; or NULL */
	size_t stale_records;
	struct event *results_timer; /* drops results that are too old; or NULL */
	struct lvpoll_list given_up; /* that have not ended yet; see lvpoll.h */
	bool is_taking_over;         /* no lvpoll is started: some may run that are not known yet */
	size_t in_flight;            /* operations in both that are neither finished nor failed */

	struct client_list clients;
	size_t client_count;
	struct event *accept_event;
	struct event *accept_retry;
	bool is_accept_refused; /* the limit was reached, and said */

	struct event *idle_timer;
	int signals; /* those that we heed are read from here */
	struct event *signal_event;
	struct upgrade *upgrade; /* one that is under way; or NULL */
	struct event *watchdog_timer;
	struct event *stop_poll; /* looks whether the last lvpoll has ended */
	unsigned stop_polls;
	bool is_stopping;
	bool is_ended_by_signal;
};

/*
 * Makes the daemon ready to run: stores and loop first, then plugins, then the socket, so that
 * whoever can connect is answered. OPTIONS and CONFIGURATION must outlive it; it owns
 * CONFIGURATION from now on. PIDFILE is the caller's. HANDOVER, where it is not NULL, is what the
 * program before an upgrade has left; else what is recorded in flight is taken up. Returns 0 or a
 * negative errno; daemon_destroy is right in both cases.
 */
int daemon_init(struct daemon *daemon, const struct options *options,
	struct configuration *configuration, int pidfile, struct handover *handover,
	struct lvmpolld_error *error);

/* The store of operations that are polled, or that of aborts. */
struct store *daemon_store(struct daemon *daemon, bool abort);

/* Serves until it is told to stop or has been idle long enough. Returns 0 or a negative errno. */
int daemon_run(struct daemon *daemon, struct lvmpolld_error *error);

/* Ends the daemon: no more clients; running lvpolls get SIGTERM and a moment to end. */
void daemon_stop(struct daemon *daemon, const char *reason);

void daemon_destroy(struct daemon *daemon);

#endif
