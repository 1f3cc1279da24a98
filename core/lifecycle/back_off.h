/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pause after an attempt that failed or changed nothing. Only actions.c calls this. */
#ifndef CORE_LIFECYCLE_BACK_OFF_H
#define CORE_LIFECYCLE_BACK_OFF_H

#include "lifecycle/table.h"
#include "operation/operation.h"

/* The entry action of BACKING_OFF; see actions_enter. */
enum operation_event back_off_enter(
	struct operation *operation, enum operation_state from, enum operation_event event);

#endif
