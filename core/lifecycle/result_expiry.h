/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results that nobody collects: kept up to limits.results and limits.results_age. */
#ifndef CORE_LIFECYCLE_RESULT_EXPIRY_H
#define CORE_LIFECYCLE_RESULT_EXPIRY_H

struct operations;

/* Drops what is beyond the limits, the oldest first, and sees to it that age is noticed. */
void results_expire(struct operations *operations);

void results_destroy(struct operations *operations);

#endif
