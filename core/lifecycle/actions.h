/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done on entering a state: one action for each. Only lifecycle.c calls this. */
#ifndef CORE_LIFECYCLE_ACTIONS_H
#define CORE_LIFECYCLE_ACTIONS_H

#include "lifecycle/table.h"
#include "operation/operation.h"

/*
 * OPERATION has entered its present state by EVENT, from state FROM. Runs the entry action of that
 * state. Returns an event that follows at once, as when the action fails; else EVENT_NONE.
 */
enum operation_event actions_enter(
	struct operation *operation, enum operation_state from, enum operation_event event);

/*
 * A client or an administrator asks again: failures so far no longer count, and the next pause is
 * short.
 */
void actions_begin_anew(struct operation *operation);
/*
 * The monitor made OBSERVATION. If the table has changed since the latest attempt, that attempt was
 * no failure. IS_PRESENT: it was made since the device is watched, and since its latest lvpoll
 * ended.
 */
void actions_note_look(
	struct operation *operation, const struct observation *observation, bool is_present);

#endif
