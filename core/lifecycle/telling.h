/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells waiters how an operation ends, in stock's words. That may be before the operation is over:
 * if attempts fail, waiters are told so after a while, once for each wait, and the operation stays
 * in flight.
 */
#ifndef CORE_LIFECYCLE_TELLING_H
#define CORE_LIFECYCLE_TELLING_H

#include "operation/operation.h"

/* Tells this to all requests of OPERATION that are in progress. */
void telling_tell(
	struct operation *operation, enum request_standing standing, struct request_result result);

/* Tells them how the latest attempt ended; or that it failed, if it ended well or was not made. */
void telling_tell_failure(struct operation *operation);

/* Tells them that the operation is aborted. */
void telling_tell_aborted(struct operation *operation);

/* Whether all who have asked for OPERATION were told an end. */
bool telling_has_told(const struct operation *operation);

/* An attempt has failed: each request is told limits.patience after the first failure it has seen.
 */
void telling_begin_failing(struct operation *operation);
/* Waits for the next request to be told so, by what it and OPERATION have of failures. */
void telling_await_patience(struct operation *operation);
/* Attempts no longer fail. */
void telling_end_failing(struct operation *operation);

#endif
