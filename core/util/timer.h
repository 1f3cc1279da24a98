/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Timers that must not be lost. */
#ifndef CORE_UTIL_TIMER_H
#define CORE_UTIL_TIMER_H

#include <stdint.h>

#include <event2/event.h>

/*
 * Starts TIMER. libevent may need memory for it. When out of memory the timer expires at once
 * instead of never, which costs one turn of the loop.
 */
static inline void timer_start(struct event *timer, const struct timeval *timeout)
{
	if (event_add(timer, timeout) < 0)
		event_active(timer, EV_TIMEOUT, 0);
}

static inline void timer_start_ms(struct event *timer, int64_t milliseconds)
{
	const struct timeval timeout = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};

	timer_start(timer, &timeout);
}

#endif
