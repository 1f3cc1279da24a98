/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What clients are told about a request that they made or ask after. All of this is the main
 * thread's.
 */
#ifndef CORE_LIFECYCLE_OPERATIONS_COLLECT_H
#define CORE_LIFECYCLE_OPERATIONS_COLLECT_H

#include <stdbool.h>

#include "lifecycle/context.h"

struct waiter;

/* What progress_info is told. */
struct collected {
	bool is_found;
	enum request_standing standing;
	struct request_result result; /* if it is finished */
};

/*
 * Reports where the request stands. If it is in progress, WAITER waits for its end. A success is
 * reported once to each waiter; a failure is reported again and again, as long as it is kept. A
 * volume whose record could not be used is reported as failed, as long as nothing is known of it. A
 * client that may not take results (MAY_TAKE) changes nothing for others by asking.
 */
struct collected operations_collect(struct operations *operations, const char *identifier,
	bool is_abort, struct waiter *waiter, bool may_take);

/* WAITER goes. A success that was kept for WAITER alone is forgotten. */
void operations_forget_waiter(struct operations *operations, struct waiter *waiter);

#endif
