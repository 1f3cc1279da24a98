/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, make it read its configuration again, and upgrade it. */
#ifndef CORE_SERVICE_SIGNALS_H
#define CORE_SERVICE_SIGNALS_H

#include "util/error.h"

struct event;
struct event_base;

/* What a signal asks for. */
enum signals_request { SIGNALS_STOP, SIGNALS_RELOAD, SIGNALS_UPGRADE };

/* NAME is the signal's, for people. */
typedef void (*signals_callback)(enum signals_request request, const char *name, void *context);

struct signals {
	int descriptor; /* the signals are read from it */
	struct event *event;
	signals_callback told;
	void *context;
};

/*
 * Calls TOLD with CONTEXT for each signal, from the loop BASE. Returns 0 or a negative errno with
 * the error; signals_destroy is right in both cases.
 */
int signals_init(struct signals *signals, struct event_base *base, signals_callback told,
	void *context, struct lvmpolld_error *error);
void signals_destroy(struct signals *signals);

#endif
