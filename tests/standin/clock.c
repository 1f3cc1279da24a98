/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clocks that a test has in hand. The file that LVMPOLLD_STANDIN_CLOCK names holds numbers of 64
 * bits, the lowest byte first, which may change at any time: seconds that the wall clock is
 * ahead; nanoseconds that the clocks which never jump are ahead; and, where it is not 0, the time
 * at which those stand still, as CLOCK_MONOTONIC. Time that has passed is noticed when the process
 * next looks at its timers, which the test has to see to.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

#define SECOND_NS INT64_C(1000000000)
/* Of so many tries the quickest tells how far two clocks are apart. */
#define TRIES 3

struct numbers {
	int64_t wall_ahead_s;
	int64_t ahead_ns;
	int64_t stands_at_ns;
};

static const struct numbers *numbers;
/* How far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC. */
static int64_t boot_ahead_ns;

/* Whole, also where a word has 32 bits. */
static int64_t read_number(const int64_t *number)
{
	return (int64_t)le64toh((uint64_t)__atomic_load_n(number, __ATOMIC_RELAXED));
}

static int64_t real_ns(clockid_t clock)
{
	struct timespec now;

	syscall(SYS_clock_gettime, clock, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void measure_boot_clock(void)
{
	int64_t best_ns = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		int64_t before_ns = real_ns(CLOCK_MONOTONIC);
		int64_t boot_ns = real_ns(CLOCK_BOOTTIME);
		int64_t took_ns = real_ns(CLOCK_MONOTONIC) - before_ns;

		if (took_ns < best_ns) {
			best_ns = took_ns;
			boot_ahead_ns = boot_ns - before_ns;
		}
	}
}

static void __attribute__((constructor)) find_file(void)
{
	const char *path = getenv("LVMPOLLD_STANDIN_CLOCK");
	int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped;

	if (descriptor < 0)
		return;
	measure_boot_clock();
	mapped = mmap(NULL, sizeof(*numbers), PROT_READ, MAP_SHARED, descriptor, 0);
	close(descriptor);
	if (mapped != MAP_FAILED)
		numbers = mapped;
}

/* What a clock that never jumps shows. */
static int64_t steady_ns(clockid_t clock)
{
	int64_t ahead_of_monotonic_ns = clock == CLOCK_BOOTTIME ? boot_ahead_ns : 0;
	int64_t stands_at_ns = read_number(&numbers->stands_at_ns);

	if (stands_at_ns != 0)
		return stands_at_ns + ahead_of_monotonic_ns;
	return real_ns(CLOCK_MONOTONIC) + ahead_of_monotonic_ns + read_number(&numbers->ahead_ns);
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);
	int64_t shown_ns;

	if (result < 0 || !numbers)
		return result;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		now->tv_sec += read_number(&numbers->wall_ahead_s);
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		shown_ns = steady_ns(clock);
		now->tv_sec = shown_ns / SECOND_NS;
		now->tv_nsec = shown_ns % SECOND_NS;
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
