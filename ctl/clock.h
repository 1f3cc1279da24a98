/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock for deadlines. */
#ifndef CTL_CLOCK_H
#define CTL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds, by CLOCK_MONOTONIC. */
static inline int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

#endif
