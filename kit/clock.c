/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of libevent's timers and of the C library's clock. */
#include "config.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include <event2/event.h>

#include "clock.h"

#define S_US INT64_C(1000000)
/* The machine has run for a while when a scenario begins. */
#define BOOTED_US (1000 * S_US)
/* More timers in one moment: the operation loops. */
#define CALLS_MAX 100000

struct event_base {
	int unused;
};

struct event {
	event_callback_fn callback;
	void *context;
	int64_t due_us;
	unsigned long order; /* among those of one time */
	bool is_pending;
	TAILQ_ENTRY(event) link;
};

static TAILQ_HEAD(, event) events = TAILQ_HEAD_INITIALIZER(events);
static unsigned long next_order;
static int64_t now_us;
struct event_base clock_base;

void clock_restart(void)
{
	now_us = 0;
}

int64_t clock_now_us(void)
{
	return now_us;
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
	int64_t time_us = now_us + BOOTED_US;

	(void)clock;
	result->tv_sec = (time_t)(time_us / S_US);
	result->tv_nsec = (long)(time_us % S_US * 1000);
	return 0;
}

struct event *event_new(struct event_base *base, evutil_socket_t descriptor, short what,
	event_callback_fn callback, void *context)
{
	struct event *event = calloc(1, sizeof(*event));

	(void)base;
	(void)descriptor;
	(void)what;
	if (!event)
		return NULL;
	event->callback = callback;
	event->context = context;
	TAILQ_INSERT_TAIL(&events, event, link);
	return event;
}

int event_add(struct event *event, const struct timeval *timeout)
{
	event->due_us = now_us + timeout->tv_sec * S_US + timeout->tv_usec;
	event->order = next_order++;
	event->is_pending = true;
	return 0;
}

int event_del(struct event *event)
{
	event->is_pending = false;
	return 0;
}

void event_active(struct event *event, int what, short calls)
{
	static const struct timeval at_once;

	(void)what;
	(void)calls;
	event_add(event, &at_once);
}

int event_pending(const struct event *event, short what, struct timeval *timeout)
{
	(void)what;
	(void)timeout;
	return event->is_pending;
}

void event_free(struct event *event)
{
	TAILQ_REMOVE(&events, event, link);
	free(event);
}

static struct event *find_next(void)
{
	struct event *event, *next = NULL;

	TAILQ_FOREACH (event, &events, link)
		if (event->is_pending &&
			(!next || event->due_us < next->due_us ||
				(event->due_us == next->due_us && event->order < next->order)))
			next = event;
	return next;
}

bool clock_go_on(int64_t until_us)
{
	unsigned long calls = 0;
	struct event *next;

	while ((next = find_next()) && next->due_us <= until_us) {
		if (next->due_us > now_us)
			calls = 0;
		if (++calls > CALLS_MAX)
			return false;
		if (next->due_us > now_us)
			now_us = next->due_us;
		next->is_pending = false;
		next->callback(-1, EV_TIMEOUT, next->context);
	}
	if (now_us < until_us)
		now_us = until_us;
	return true;
}
