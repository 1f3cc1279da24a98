/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells when the daemon has been idle: without operations and clients for a time. */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "daemon/idle.h"

static void on_idle(evutil_socket_t descriptor, short what, void *context)
{
	const struct idle *idle = context;

	(void)descriptor;
	(void)what;
	idle->told(idle->context);
}

int idle_init(struct idle *idle, struct event_base *base, void (*told)(void *context),
	void *context, struct lvmpolld_error *error)
{
	*idle = (struct idle){.told = told, .context = context};
	idle->timer = event_new(base, -1, 0, on_idle, idle);
	return idle->timer ? 0 : error_set(error, ENOMEM, "out of memory");
}

void idle_update(struct idle *idle, bool is_busy, unsigned timeout_s)
{
	const struct timeval timeout = {.tv_sec = timeout_s};

	if (!idle->timer)
		return;
	if (is_busy || timeout_s == 0)
		event_del(idle->timer);
	else
		event_add(idle->timer, &timeout);
}

void idle_destroy(struct idle *idle)
{
	if (idle->timer)
		event_free(idle->timer);
	idle->timer = NULL;
}
