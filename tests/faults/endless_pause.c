/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: from the third wait for a signal on, a wait that has a time-out ends by a signal
 * alone. What ends it all the same was cut short: no clock has to tell.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>

#define WITH_AN_END 2

__attribute__((visibility("default"))) int sigtimedwait(
	const sigset_t *signals, siginfo_t *information, const struct timespec *timeout)
{
	static unsigned waits;
	int (*next)(const sigset_t *, siginfo_t *, const struct timespec *) =
		(int (*)(const sigset_t *, siginfo_t *, const struct timespec *))dlsym(
			RTLD_NEXT, "sigtimedwait");

	return next(signals, information, ++waits > WITH_AN_END ? NULL : timeout);
}
