/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drops results that are not collected: limits.results, limits.results_age. */
#ifndef CORE_LIFECYCLE_RESULT_EXPIRY_H
#define CORE_LIFECYCLE_RESULT_EXPIRY_H

struct operations;

/*
 * Drops the results that are beyond the limits, the oldest first, and sets a timer for the next one
 * that becomes too old.
 */
void results_expire(struct operations *operations);

void results_destroy(struct operations *operations);

#endif
