/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays a scenario. */
#ifndef KIT_PLAY_H
#define KIT_PLAY_H

#include <stdbool.h>

#include "scenario.h"
#include "util/error.h"

/* What was played. */
struct played {
	unsigned steps;
	unsigned checks;
	unsigned failed;
};

/*
 * Does what STEP says, and lets all happen that follows at once. Returns 0, or a negative errno
 * with "FILE:LINE: why that cannot be". world_begin was called.
 */
int play_step(const struct scenario *scenario, const struct scenario_step *step,
	struct lvmpolld_error *error);

/*
 * Plays SCENARIO at MODULE, prints a table of what was seen unless IS_QUIET, and what was not as
 * expected to standard error. Returns 0 where all could be played.
 */
int play(const char *module, const struct scenario *scenario, bool is_quiet, struct played *played,
	struct lvmpolld_error *error);

#endif
