/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting, at the start, for what cannot be had now: a pid file, a socket or a state directory that
 * another daemon has. A manager would start the daemon again twice a second, for good. So it waits
 * by itself, with growing pauses, and is not ready meanwhile. Where no manager has started it
 * somebody waits for the answer, and hears it at once.
 */
#ifndef CORE_SERVICE_STARTUP_H
#define CORE_SERVICE_STARTUP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

struct startup {
	bool may_wait;
	unsigned count; /* of pauses */
	uint64_t said;  /* the checksum of what the log says of it */
};

/* A daemon in the FOREGROUND waits where a service manager listens. */
void startup_init(struct startup *startup, bool foreground);

/*
 * Something cannot be had, and ERROR says why. Returns 0 after a pause, or when SIGHUP comes: it is
 * to be tried again. Returns -ECANCELED where a signal says that the daemon is to end, which it
 * does without a word; or the negative code of ERROR where it is not to wait, also since that error
 * does not pass.
 */
int startup_wait(struct startup *startup, const struct lvmpolld_error *error);

/* All could be had: the log says so where it has said that something could not. */
void startup_done(const struct startup *startup);

/* The pause before try COUNT + 1, in milliseconds: 500, 1000, 2000 ... 60000. */
unsigned startup_pause_ms(unsigned count);

#endif
