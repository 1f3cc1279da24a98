/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waits, at the start, for a pid file, a socket or a state directory that another daemon has. A
 * service manager would otherwise start the daemon again twice a second. So the daemon waits by
 * itself, with growing pauses, and is not ready meanwhile. Without a service manager a person waits
 * for the answer, and hears it at once.
 */
#ifndef CORE_SERVICE_STARTUP_H
#define CORE_SERVICE_STARTUP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

struct startup {
	bool may_wait;
	unsigned count; /* the number of pauses */
	uint64_t said;  /* checksum of the error that was logged last */
};

/* A daemon in the FOREGROUND waits if a service manager listens. */
void startup_init(struct startup *startup, bool foreground);

/*
 * ERROR says what could not be had. Returns 0 after a pause, or when SIGHUP comes: try again.
 * Returns -ECANCELED if a signal tells the daemon to end, which is logged: the caller prints no
 * error; or the negative code of ERROR if it must not wait, as for an error that does not pass.
 */
int startup_wait(struct startup *startup, const struct lvmpolld_error *error);

/* Everything could be had. The log says so if it has said that something could not. */
void startup_done(const struct startup *startup);

/* The pause before try COUNT + 1, in milliseconds: 500, 1000, 2000 ... 60000. */
unsigned startup_pause_ms(unsigned count);

#endif
