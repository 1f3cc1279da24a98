/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The virtual clock: libevent's timers, and the C library's clock, by it. */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "world.h"

struct event_base {
	int unused;
};

struct event {
	struct event_base *base;
	event_callback_fn callback;
	void *context;
	int64_t due_us;
	unsigned long order; /* among those of one time */
	bool is_pending;
	TAILQ_ENTRY(event) link;
};

static TAILQ_HEAD(, event) events = TAILQ_HEAD_INITIALIZER(events);
static unsigned long next_order;
struct event_base daemon_base, world_base;

/* The machine has run for a while when a history begins. */
#define BOOTED_US (1000 * S_US)

int clock_gettime(clockid_t clock, struct timespec *result)
{
	int64_t now_us = world.now_us + BOOTED_US;

	(void)clock;
	result->tv_sec = (time_t)(now_us / S_US);
	result->tv_nsec = (long)(now_us % S_US * 1000);
	return 0;
}

struct event *event_new(struct event_base *base, evutil_socket_t descriptor, short what,
	event_callback_fn callback, void *context)
{
	struct event *event = calloc(1, sizeof(*event));

	(void)descriptor;
	(void)what;
	if (!event)
		abort();
	event->base = base;
	event->callback = callback;
	event->context = context;
	TAILQ_INSERT_TAIL(&events, event, link);
	return event;
}

int event_add(struct event *event, const struct timeval *timeout)
{
	event->due_us = world.now_us + timeout->tv_sec * S_US + timeout->tv_usec;
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
	static const struct timeval now;

	(void)what;
	(void)calls;
	event_add(event, &now);
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

bool clock_run_one(int64_t until_us)
{
	struct event *next = find_next();

	if (!next || next->due_us > until_us)
		return false;
	if (next->due_us > world.now_us)
		world.now_us = next->due_us;
	next->is_pending = false;
	next->callback(-1, EV_TIMEOUT, next->context);
	return true;
}

void clock_forget(struct event_base *base)
{
	struct event *event, *next;

	for (event = TAILQ_FIRST(&events); event; event = next) {
		next = TAILQ_NEXT(event, link);
		if (event->base == base)
			event_free(event);
	}
}

struct once {
	struct event *event;
	void (*callback)(void *context);
	void *context;
};

static void on_once(evutil_socket_t descriptor, short what, void *context)
{
	struct once once = *(struct once *)context;

	(void)descriptor;
	(void)what;
	event_free(once.event);
	free(context);
	once.callback(once.context);
}

void clock_after_ms(int64_t milliseconds, void (*callback)(void *context), void *context)
{
	const struct timeval delay = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
	struct once *once = calloc(1, sizeof(*once));

	if (!once)
		abort();
	*once = (struct once){event_new(&world_base, -1, 0, on_once, once), callback, context};
	event_add(once->event, &delay);
}

/* --- the dice --- */

uint64_t dice(void)
{
	uint64_t value = world.dice += UINT64_C(0x9E3779B97F4A7C15);

	value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
	return value ^ (value >> 31);
}

unsigned dice_below(unsigned count)
{
	return count == 0 ? 0 : (unsigned)(dice() % count);
}

bool dice_percent(unsigned percent)
{
	return dice_below(100) < percent;
}

int64_t dice_between(int64_t least, int64_t most)
{
	int64_t bound = least > 0 ? least : 1;

	while (bound < most && dice_percent(90))
		bound *= 2;
	if (bound > most)
		bound = most;
	return least + (int64_t)(dice() % (uint64_t)(bound - least + 1));
}
