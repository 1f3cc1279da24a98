/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a service manager, as often as it wants, that the event loop runs. */
#ifndef CORE_SERVICE_WATCHDOG_H
#define CORE_SERVICE_WATCHDOG_H

#include "util/error.h"

struct event;
struct event_base;

struct watchdog {
	struct event *timer; /* NULL where no service manager watches */
};

/*
 * Begins to tell the service manager, from the loop BASE, that the loop runs, if it wants that.
 * Returns 0 or -ENOMEM with the error; watchdog_destroy is right in both cases.
 */
int watchdog_init(struct watchdog *watchdog, struct event_base *base, struct lvmpolld_error *error);
void watchdog_destroy(struct watchdog *watchdog);

#endif
