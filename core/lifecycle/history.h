/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ended, and how: kept for people, within history.entries. */
#ifndef CORE_LIFECYCLE_HISTORY_H
#define CORE_LIFECYCLE_HISTORY_H

#include <stdbool.h>

#include "lifecycle/table.h"

struct operation;

/* EVENT ends an operation that an administrator gives up for good. */
bool history_is_forgotten(enum operation_event event);

/* OPERATION has ended with EVENT. Without memory for it nobody can be told. */
void history_add(struct operation *operation, enum operation_event event);

#endif
