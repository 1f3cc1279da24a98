/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets calls of the daemon, not of what it executes, take longer now and then, so that its threads,
 * its children and its clients come in orders that are rare elsewhere, as on a machine that is
 * busy. Each daemon is delayed by a few seconds in all, so that what makes many calls comes to its
 * end, too.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define DAEMON "lvmpolld"
/* So many calls in a hundred are delayed, by up to so long; all of a process by so much. */
#define PERCENT    12
#define LONGEST_MS 40
#define BUDGET_MS  4000

static atomic_int spent_ms;

static uint64_t next_random(void)
{
	static __thread uint64_t state;
	struct timespec now;

	if (state == 0) {
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
		state = ((uint64_t)now.tv_nsec << 20) ^ (uint64_t)syscall(SYS_gettid) ^ 1U << 31;
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* errno stays as it is. The sleep is not that of libc, whose clock a test may have in hand. */
static void delay(void)
{
	uint64_t number = next_random();
	struct timespec time = {.tv_nsec = (long)(number / 100 % LONGEST_MS) * 1000000};
	int former = errno;

	if (number % 100 >= PERCENT || spent_ms >= BUDGET_MS ||
		strcmp(program_invocation_short_name, DAEMON) != 0)
		return;
	spent_ms += (int)(time.tv_nsec / 1000000);
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
	errno = former;
}

#define DELAYED(type, name, parameters, arguments)                                                 \
	EXPORT type name parameters                                                                \
	{                                                                                          \
		static type(*next) parameters;                                                     \
		type result;                                                                       \
                                                                                                   \
		if (!next)                                                                         \
			next = (type(*) parameters)dlsym(RTLD_NEXT, #name);                        \
		delay();                                                                           \
		result = next arguments;                                                           \
		delay();                                                                           \
		return result;                                                                     \
	}

DELAYED(int, epoll_wait, (int poll, struct epoll_event *events, int count, int time_ms),
	(poll, events, count, time_ms))
DELAYED(int, poll, (struct pollfd * polled, nfds_t count, int time_ms), (polled, count, time_ms))
DELAYED(int, rename, (const char *from, const char *to), (from, to))
DELAYED(int, accept4, (int socket, struct sockaddr *address, socklen_t *length, int flags),
	(socket, address, length, flags))
DELAYED(ssize_t, write, (int descriptor, const void *data, size_t size), (descriptor, data, size))

/* What device-mapper is asked by; the stand-in for it is the next. */
EXPORT int ioctl(int descriptor, unsigned long request, ...)
{
	static int (*next)(int descriptor, unsigned long request, void *argument);
	va_list arguments;
	void *argument;
	int result;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!next)
		next = (int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
	delay();
	result = next(descriptor, request, argument);
	delay();
	return result;
}
