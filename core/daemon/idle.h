/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ending after a time without work and without clients. */
#ifndef CORE_IDLE_H
#define CORE_IDLE_H

#include "util/error.h"

struct daemon;

/* Returns 0 or -ENOMEM with the error. */
int idle_init(struct daemon *daemon, struct lvmpolld_error *error);

/*
 * To be called when the number of clients or of operations in flight, or the configured time, may
 * have changed: starts or stops the one timer, which is all that an idle daemon waits for.
 */
void idle_update(struct daemon *daemon);

void idle_destroy(struct daemon *daemon);

#endif
