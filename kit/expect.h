/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares what was seen with what a step expects. */
#ifndef KIT_EXPECT_H
#define KIT_EXPECT_H

#include "scenario.h"

/*
 * Prints a line for each expectation of STEP that is not met to standard error. Returns how many
 * these are. WAS_ENDED: the daemon has ended an lvpoll in this step.
 */
unsigned expect_check(
	const struct scenario *scenario, const struct scenario_step *step, bool was_ended);

#endif
