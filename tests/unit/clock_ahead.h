/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A clock that is ahead of the real one, as a test wants. */
#ifndef TESTS_UNIT_CLOCK_AHEAD_H
#define TESTS_UNIT_CLOCK_AHEAD_H

#include <dlfcn.h>
#include <time.h>

static time_t ahead_s;

/* Stands before the C library's, for libevent too. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t clock, struct timespec * now);
	int result;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, now);
	now->tv_sec += ahead_s;
	return result;
}

#endif
