/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the log that tell when an operation begins, and when it ends: level notice. */
#ifndef CORE_LIFECYCLE_OPERATION_LOG_H
#define CORE_LIFECYCLE_OPERATION_LOG_H

#include "lifecycle/table.h"

struct operation;

/* OPERATION begins. Names the client's command, if the client has told it. */
void operation_log_begin(const struct operation *operation);

/* OPERATION is refused, after operation_log_begin. */
void operation_log_refused(const struct operation *operation);

/* OPERATION is over. Tells how it ended, how long it took, and how much data there was. */
void operation_log_end(struct operation *operation, enum operation_event event);

#endif
