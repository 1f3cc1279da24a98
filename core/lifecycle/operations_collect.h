/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What those who wait for a request are told. All of this is the main thread's. */
#ifndef CORE_LIFECYCLE_OPERATIONS_COLLECT_H
#define CORE_LIFECYCLE_OPERATIONS_COLLECT_H

#include <stdbool.h>

#include "lifecycle/context.h"

struct waiter;

/* What progress_info is told. */
struct operations_report {
	bool is_found;
	enum request_standing standing;
	struct request_result result; /* where it is finished */
};

/*
 * Tells WAITER where the request stands. It is to hear how one in progress ends. An end with 0 is
 * told once to each who waits; any other again and again, as long as it is kept. Who may not
 * MAY_TAKE only looks: nothing is different for others afterwards.
 */
struct operations_report operations_collect(struct operations *operations, const char *identifier,
	bool is_abort, struct waiter *waiter, bool may_take);

/* WAITER goes: an end that was kept for it alone, and was told, is forgotten. */
void operations_forget_waiter(struct operations *operations, struct waiter *waiter);

#endif
