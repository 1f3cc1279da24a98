/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What those who wait for an operation hear. It is the truth, in stock's words, and may come before
 * the operation is over: who waits for one whose attempts fail is told after a while, once for each
 * wait, and the operation stays in flight.
 */
#ifndef CORE_LIFECYCLE_TELLING_H
#define CORE_LIFECYCLE_TELLING_H

#include "operation/operation.h"

/* Everybody who waits for OPERATION, and was not told yet, is told this. */
void telling_tell(
	struct operation *operation, enum request_standing standing, struct request_result result);

/* Likewise how the latest attempt ended; that it failed, where it ended well or was not made. */
void telling_tell_failure(struct operation *operation);

/* Likewise that it is aborted. */
void telling_tell_aborted(struct operation *operation);

/* Attempts fail from now on: those who wait are told in a minute. */
void telling_begin_failing(struct operation *operation);
/* Likewise, and they have failed since SINCE_MS, by boot_clock_ms. */
void telling_resume_failing(struct operation *operation, int64_t since_ms);
/* They do no longer. */
void telling_end_failing(struct operation *operation);

#endif
