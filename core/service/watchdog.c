/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a service manager, as often as it wants, that the event loop runs. */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "service/notify.h"
#include "service/watchdog.h"

static void on_watchdog_timer(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	(void)context;
	notify_alive();
}

int watchdog_init(struct watchdog *watchdog, struct event_base *base, struct lvmpolld_error *error)
{
	/* Half the time that is granted, as the manager's manual advises. */
	uint64_t period_us = notify_watchdog_interval_us() / 2;
	const struct timeval period = {.tv_sec = (time_t)(period_us / 1000000),
		.tv_usec = (suseconds_t)(period_us % 1000000)};

	watchdog->timer = NULL;
	if (period_us == 0)
		return 0;
	watchdog->timer = event_new(base, -1, EV_PERSIST, on_watchdog_timer, NULL);
	if (!watchdog->timer || event_add(watchdog->timer, &period) < 0)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

void watchdog_destroy(struct watchdog *watchdog)
{
	if (watchdog->timer)
		event_free(watchdog->timer);
}
