/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon does not know yet is waited for. */
#ifndef CTL_LOOK_H
#define CTL_LOOK_H

#include "ask.h"

/* All processes are looked at, which takes its time on a busy machine. */
#define LOOK_PATIENCE_MS 30000

/* A device that has not been looked at for so long hangs, or is not active. */
#define LOOK_DISKS_MS 5000

/* The time between two questions, and how much of PATIENCE_MS is gone. All zero but that: begins.
 */
struct look_pause {
	int64_t patience_ms;
	unsigned ms;
	int64_t passed_ms;
};

/* Returns false, at once, where the patience is gone. */
bool look_pause_next(struct look_pause *pause);

/*
 * Lets the daemon look for what nobody sees to, and waits until it has. Returns a status, with the
 * error: CTL_TIMEOUT where it has not within PATIENCE_MS; CTL_REFUSED also where it has looked for
 * what plugins discover alone, as the configuration says.
 */
int look_for_unattended(const struct ctl *ctl, int64_t patience_ms, struct lvmpolld_error *error);

/*
 * As ask_list. Where the disks of some are not known yet it asks again, for up to PATIENCE_MS: an
 * operation's disks are those that the first look at its device shows.
 */
int look_list(const struct ctl *ctl, unsigned what, int64_t patience_ms, struct entries *entries,
	struct lvmpolld_error *error);

#endif
