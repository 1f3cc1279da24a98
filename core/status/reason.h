/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an operation is in its state, in one sentence for people. */
#ifndef CORE_STATUS_REASON_H
#define CORE_STATUS_REASON_H

#include <stdbool.h>

#include "operation/operation.h"

/*
 * Of OPERATION, whose device IS_SUSPENDED by the latest look, and of which its plugin has said then
 * that it WAITS (struct lvmpolld_progress), or NULL. Returns the sentence, which may be in TEXT.
 */
const char *reason_find(const struct operation *operation, bool is_suspended, const char *waits,
	char text[PAUSE_TEXT_SIZE]);

#endif
