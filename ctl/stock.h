/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be known from the dump, where the daemon is lvm2's own. */
#ifndef CTL_STOCK_H
#define CTL_STOCK_H

#include "ask.h"

/* Fills ENTRIES from the daemon's dump. Returns a status, with the error. */
int stock_list(const struct ctl *ctl, struct entries *entries, struct lvmpolld_error *error);

/* Adds what the text of a DUMP says. Returns 0 or -ENOMEM. */
int stock_read_dump(char *dump, struct entries *entries);

#endif
