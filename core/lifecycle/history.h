/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ended, and how: kept for people, within history.entries. */
#ifndef CORE_LIFECYCLE_HISTORY_H
#define CORE_LIFECYCLE_HISTORY_H

#include <stdbool.h>

#include "lifecycle/table.h"

struct operation;
struct request_result;

/* EVENT ends an operation that an administrator gives up for good. */
bool history_is_forgotten(enum operation_event event);

/* EVENT ends an operation at which going on would lose data. */
bool history_is_at_risk(enum operation_event event);

/*
 * How those who wait were told that OPERATION ended, by EVENT: 0, the signal of an abort, what
 * lvpoll ended with. Returns false where it is none of it.
 */
bool history_find_result(const struct operation *operation, enum operation_event event,
	struct request_result *result);

/*
 * OPERATION has ended with EVENT: that is counted, and told. Without memory for it nobody can be
 * told.
 */
void history_add(struct operation *operation, enum operation_event event);

#endif
