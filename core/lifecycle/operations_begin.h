/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request sets going. All of this is the main thread's. */
#ifndef CORE_LIFECYCLE_OPERATIONS_BEGIN_H
#define CORE_LIFECYCLE_OPERATIONS_BEGIN_H

#include "lifecycle/context.h"

struct waiter;

/* What became of an init request. */
enum operations_answer {
	OPERATIONS_ACCEPTED,      /* set going now, or in progress already */
	OPERATIONS_DIFFERENT,     /* another operation is in progress for this volume */
	OPERATIONS_NO_MEMORY,     /* nothing could be started */
	OPERATIONS_NOT_EXECUTABLE /* nothing was, since lvm cannot be executed */
};

/*
 * A client has made a request with TERMS, one reference of which is taken in any case. Where it is
 * accepted, WAITER (NULL: nobody) is to hear how it ends.
 */
enum operations_answer operations_begin(
	struct operations *operations, struct terms *terms, struct waiter *waiter);

#endif
