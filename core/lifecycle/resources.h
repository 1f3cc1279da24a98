/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operation holds until it is over: its timers, command and comparison. */
#ifndef CORE_LIFECYCLE_RESOURCES_H
#define CORE_LIFECYCLE_RESOURCES_H

#include <stdint.h>

#include "operation/operation.h"

/* Makes the timer that OPERATION needs. Returns 0 or -ENOMEM. */
int resources_prepare(struct operation *operation);
/* Sends EVENT_TIMER after MILLISECONDS, or EVENT_ORPHAN_LEFT if an orphan still runs. */
void resources_start_timer_ms(struct operation *operation, int64_t milliseconds);
/* Likewise after MILLISECONDS at the latest: a timer that is due before stays as it is. */
void resources_hurry_timer_ms(struct operation *operation, int64_t milliseconds);
/* Frees the timers, abandons a command that runs, and ends a comparison. */
void resources_release(struct operation *operation);

#endif
