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

/* Attempts fail from now on: the waiters are told after limits.patience. */
void telling_begin_failing(struct operation *operation);
/* Likewise, but attempts have failed since SINCE_MS, by boot_clock_ms. */
void telling_resume_failing(struct operation *operation, int64_t since_ms);
/* Attempts no longer fail. */
void telling_end_failing(struct operation *operation);

#endif
