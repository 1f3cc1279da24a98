/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Begins the operation that a request asks for. */
#ifndef CORE_LIFECYCLE_OPERATIONS_BEGIN_H
#define CORE_LIFECYCLE_OPERATIONS_BEGIN_H

#include "lifecycle/context.h"

struct waiter;

/* What became of an init request. */
enum operations_answer {
	OPERATIONS_ACCEPTED,      /* it begins, or is in progress already */
	OPERATIONS_DIFFERENT,     /* another operation is in progress for this volume */
	OPERATIONS_NO_MEMORY,     /* nothing was begun */
	OPERATIONS_NOT_EXECUTABLE /* nothing was begun, since lvm cannot be executed */
};

/*
 * A client has made a request with TERMS; one reference of them is taken in any case. If the
 * request is accepted, WAITER (NULL for none) waits for its end.
 */
enum operations_answer operations_begin(
	struct operations *operations, struct terms *terms, struct waiter *waiter);

/* The operation on the volume with LVID, or its abort, that is not over; NULL if there is none. */
struct operation *operations_find_alive(
	struct operations *operations, const char *lvid, bool is_abort);

#endif
