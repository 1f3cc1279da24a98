/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Timers that something is lost without. */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <event2/event.h>

/*
 * Starts TIMER. libevent's table of timers grows with their number: where there is no memory for
 * that, the time is over at once, which costs a turn of the loop, and not never.
 */
static inline void timer_start(struct event *timer, const struct timeval *time)
{
	if (event_add(timer, time) < 0)
		event_active(timer, EV_TIMEOUT, 0);
}

#endif
