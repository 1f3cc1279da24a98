/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, and the one that lets it read its configuration again. */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

#include "error.h"

struct daemon;

/*
 * Undoes what a careless parent may have left: ended children must wait to be asked how they ended,
 * and the signals that are meant for the daemon must reach it. Called before anything is started.
 */
void signals_reset_inherited(void);

/* Returns 0 or -ENOMEM with the error. */
int signals_init(struct daemon *daemon, struct lvmpolld_error *error);
void signals_destroy(struct daemon *daemon);

#endif
