/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an operation comes to its end: its command first, then the operation. Only actions.c calls
 * this. */
#ifndef CORE_LIFECYCLE_ENDING_H
#define CORE_LIFECYCLE_ENDING_H

#include "lifecycle/table.h"
#include "operation/operation.h"

/* The entry actions of ENDING, YIELDING, FINISHED and FAILED; see actions_enter. */
enum operation_event ending_enter(
	struct operation *operation, enum operation_state from, enum operation_event event);
enum operation_event ending_enter_yielding(
	struct operation *operation, enum operation_state from, enum operation_event event);
enum operation_event ending_enter_finished(
	struct operation *operation, enum operation_state from, enum operation_event event);
enum operation_event ending_enter_failed(
	struct operation *operation, enum operation_state from, enum operation_event event);

#endif
