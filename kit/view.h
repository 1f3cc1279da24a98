/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what was seen as a table: a row for each step. */
#ifndef KIT_VIEW_H
#define KIT_VIEW_H

#include "scenario.h"

/* Each prints to standard output: the head of the table, and the row of STEP, which was played. */
void view_title(const struct scenario *scenario);
void view_step(const struct scenario_step *step);

#endif
