/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a service manager, as often as it wants, that the event loop goes round. */
#ifndef CORE_WATCHDOG_H
#define CORE_WATCHDOG_H

#include "util/error.h"

struct daemon;

/* Without effect where nobody watches. Returns 0 or -ENOMEM with the error. */
int watchdog_init(struct daemon *daemon, struct lvmpolld_error *error);
void watchdog_destroy(struct daemon *daemon);

#endif
