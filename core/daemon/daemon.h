/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon as a whole: its parts, put together. Only this folder knows it. */
#ifndef CORE_DAEMON_DAEMON_H
#define CORE_DAEMON_DAEMON_H

#include <stdbool.h>

#include "configuration/options.h"
#include "daemon/idle.h"
#include "daemon/status_line.h"
#include "lifecycle/context.h"
#include "server/server.h"
#include "service/signals.h"
#include "service/watchdog.h"
#include "upgrade/upgrade.h"
#include "util/error.h"

struct configuration;
struct event;
struct event_base;
struct handover;

struct daemon {
	const struct options *options;
	struct configuration *configuration;
	struct event_base *base;
	struct operations operations;
	struct server server;
	struct upgrades upgrades;
	struct idle idle;
	struct signals signals;
	struct watchdog watchdog;
	struct status_line status_line;
	size_t told_in_flight;   /* by operations_changed */
	struct event *stop_poll; /* checks whether the last lvpoll has ended */
	unsigned stop_polls;
	bool is_ended_by_signal;
};

/*
 * Makes the daemon ready to run: first the loop and the stores, then the plugins, then the socket,
 * so that every client that can connect is answered. OPTIONS and CONFIGURATION must outlive it; it
 * owns CONFIGURATION from now on. PIDFILE is the caller's. Where HANDOVER is not NULL it is what
 * the program before an upgrade wrote; else the operations that are recorded are resumed. Returns 0
 * or a negative errno, -ECANCELED where a signal has ended it before it could begin;
 * daemon_destroy is right in all cases.
 */
int daemon_init(struct daemon *daemon, const struct options *options,
	struct configuration *configuration, int pidfile, const struct handover *handover,
	struct lvmpolld_error *error);

/* Serves until it is told to stop or has been idle long enough. Returns 0 or a negative errno. */
int daemon_run(struct daemon *daemon, struct lvmpolld_error *error);

void daemon_destroy(struct daemon *daemon);

#endif
