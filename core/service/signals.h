/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, let it read its configuration again, and upgrade it. */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

#include "util/error.h"

struct daemon;

/* Returns 0 or -ENOMEM with the error. */
int signals_init(struct daemon *daemon, struct lvmpolld_error *error);
void signals_destroy(struct daemon *daemon);

#endif
