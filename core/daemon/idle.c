/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ending after a time without work and without clients. */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "daemon/daemon.h"
#include "daemon/idle.h"

static void on_idle(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	daemon_stop(context, "idle for the configured time");
}

int idle_init(struct daemon *daemon, struct lvmpolld_error *error)
{
	daemon->idle_timer = event_new(daemon->base, -1, 0, on_idle, daemon);
	if (!daemon->idle_timer)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

void idle_update(struct daemon *daemon)
{
	const struct timeval timeout = {.tv_sec = daemon->configuration->idle_timeout_s};

	if (!daemon->idle_timer)
		return;
	if (daemon->is_stopping || daemon->client_count > 0 || daemon->in_flight > 0 ||
		timeout.tv_sec == 0)
		event_del(daemon->idle_timer);
	else
		event_add(daemon->idle_timer, &timeout);
}

void idle_destroy(struct daemon *daemon)
{
	if (daemon->idle_timer)
		event_free(daemon->idle_timer);
	daemon->idle_timer = NULL;
}
