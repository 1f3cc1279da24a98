/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells when the daemon has been idle: without operations and clients for a time. */
#ifndef CORE_DAEMON_IDLE_H
#define CORE_DAEMON_IDLE_H

#include <stdbool.h>

#include "util/error.h"

struct event;
struct event_base;

struct idle {
	struct event *timer;
	void (*told)(void *context);
	void *context;
};

/*
 * TOLD is called with CONTEXT, from the loop BASE, when the daemon has been idle for the time that
 * idle_update sets. Returns 0 or -ENOMEM with the error.
 */
int idle_init(struct idle *idle, struct event_base *base, void (*told)(void *context),
	void *context, struct lvmpolld_error *error);

/*
 * To be called when IS_BUSY or TIMEOUT_S (0: never) may have changed. Starts or stops a timer,
 * which is all that an idle daemon waits for.
 */
void idle_update(struct idle *idle, bool is_busy, unsigned timeout_s);

void idle_destroy(struct idle *idle);

#endif
