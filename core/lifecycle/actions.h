/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done on entering a state: one action for each. Only lifecycle.c calls this. */
#ifndef CORE_LIFECYCLE_ACTIONS_H
#define CORE_LIFECYCLE_ACTIONS_H

#include "lifecycle/table.h"
#include "operation/operation.h"

/*
 * OPERATION has come from state FROM into its present one by EVENT. Returns the next event where
 * the action has one at once, as where it fails; else EVENT_NONE.
 */
enum operation_event actions_enter(
	struct operation *operation, enum operation_state from, enum operation_event event);

/* Somebody asks anew: what failed before counts no more, and the next pause is short. */
void actions_begin_anew(struct operation *operation);
/* The kernel shows OBSERVATION: what has changed since the latest attempt is no failure of it. */
void actions_note_look(struct operation *operation, const struct observation *observation);

#endif
