/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the log that tell when an operation begins, and when it ends: level notice. */
#ifndef CORE_OPERATION_LOG_H
#define CORE_OPERATION_LOG_H

#include "lifecycle/table.h"

struct operation;

/* A client has asked for OPERATION; with its command, where it has told that. */
void operation_log_begin(const struct operation *operation);

/* OPERATION, which was said to begin, was not. */
void operation_log_refused(const struct operation *operation);

/* OPERATION is over: how, how long it took, and how much data there was. */
void operation_log_end(struct operation *operation, enum operation_event event);

#endif
