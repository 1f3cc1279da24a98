/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ended, and how: kept for people, within history.entries. */
#ifndef CORE_LIFECYCLE_HISTORY_H
#define CORE_LIFECYCLE_HISTORY_H

#include <stdbool.h>

#include "lifecycle/table.h"

struct operation;
struct request_result;

/* EVENT ends an operation that an administrator has forgotten for good, or that steps aside. */
bool history_is_forgotten(enum operation_event event);

/* EVENT ends an operation at which going on would lose data. */
bool history_is_at_risk(enum operation_event event);

/*
 * Sets RESULT to what the waiters were told when EVENT ended OPERATION: 0, the signal of an abort,
 * or what lvpoll ended with. Returns false if they were told none of these.
 */
bool history_find_result(const struct operation *operation, enum operation_event event,
	struct request_result *result);

/*
 * OPERATION has ended with EVENT: that is counted, and kept for people. When out of memory its end
 * is not kept.
 */
void history_add(struct operation *operation, enum operation_event event);

#endif
