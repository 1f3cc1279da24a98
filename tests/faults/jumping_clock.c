/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A wall clock that jumps. Loaded with LD_PRELOAD; the file that the variable names holds the
 * seconds (64 bits, in the machine's own order) that the clock is ahead, and may change at any
 * time. Behind them it may hold those that the clocks which never jump are ahead: what takes
 * minutes is over at once, when the daemon next looks at its timers.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static const volatile int64_t *ahead_s;

static void __attribute__((constructor)) find_file(void)
{
	const char *path = getenv("LVMPOLLD_JUMPING_CLOCK");
	int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped;

	if (descriptor < 0)
		return;
	mapped = mmap(NULL, 2 * sizeof(*ahead_s), PROT_READ, MAP_SHARED, descriptor, 0);
	close(descriptor);
	if (mapped != MAP_FAILED)
		ahead_s = mapped;
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	if (result < 0 || !ahead_s)
		return result;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		now->tv_sec += ahead_s[0];
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		now->tv_sec += ahead_s[1];
		break;
	default:
		break;
	}
	return result;
}

EXPORT time_t time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}

EXPORT int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &exact);
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return 0;
}
