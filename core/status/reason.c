/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an operation is in its state. */
#include "config.h"

#include <stdio.h>

#include "status/reason.h"
#include "util/file_locks.h"

/* Nothing went wrong that its plugin would not know of: it waits, and says for what. */
static bool is_waiting(const struct back_off *back_off)
{
	return back_off->reason == BACK_OFF_VAIN || back_off->reason == BACK_OFF_CONTRADICTED ||
	       back_off->reason == BACK_OFF_INTERVAL;
}

static const char *find_running(const struct operation *operation, char text[PAUSE_TEXT_SIZE])
{
	const struct attempt *attempt = &operation->attempt;

	if (attempt->pid <= 0 || !file_locks_is_waiting(attempt->pid))
		return state_description(operation->state);
	snprintf(text, PAUSE_TEXT_SIZE, "its %s waits for a lock, as that of the volume group",
		attempt_name(attempt));
	return text;
}

const char *reason_find(const struct operation *operation, bool is_suspended, const char *waits,
	char text[PAUSE_TEXT_SIZE])
{
	switch (operation->state) {
	case STATE_LOOKING:
	case STATE_COPYING:
		if (is_suspended)
			return "its device is suspended, and does no I/O";
		return waits ? waits : state_description(operation->state);
	case STATE_RUNNING:
	case STATE_ENDING:
		return find_running(operation, text);
	case STATE_BACKING_OFF:
		if (waits && is_waiting(&operation->back_off))
			return waits;
		return operation_explain_pause(operation, operation->back_off.reason, text);
	default:
		return state_description(operation->state);
	}
}
