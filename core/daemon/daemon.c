/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon as a whole: set up, run, stopped, taken down. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "server/client.h"
#include "server/client_accept.h"
#include "configuration/configuration.h"
#include "daemon/daemon.h"
#include "upgrade/handover.h"
#include "daemon/idle.h"
#include "log/log.h"
#include "lvm/lvpoll.h"
#include "monitor/monitor.h"
#include "lifecycle/operation.h"
#include "loader/plugins.h"
#include "lifecycle/recording.h"
#include "lifecycle/recovery.h"
#include "server/request.h"
#include "lifecycle/results.h"
#include "service/signals.h"
#include "daemon/status.h"
#include "lifecycle/steps.h"
#include "lifecycle/turns.h"
#include "upgrade/upgrade.h"
#include "service/watchdog.h"
#include "loader/load.h"

/* After SIGTERM the lvpolls have this long to end; then the daemon goes without them. */
#define STOP_POLL_MS  20
#define STOP_POLL_MAX 50

static int init_stores(struct daemon *daemon, struct lvmpolld_error *error)
{
	if (store_init(&daemon->polling, "poll") < 0)
		return error_set(error, ENOMEM, "out of memory");
	if (store_init(&daemon->aborts, "abort") < 0) {
		store_destroy(&daemon->polling);
		return error_set(error, ENOMEM, "out of memory");
	}
	daemon->has_stores = true;
	if (scheduler_init(&daemon->scheduler) < 0)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

/* Without device-mapper, or without permission for it, lvpoll does the watching, as with stock. */
static void start_monitor(struct daemon *daemon)
{
	struct lvmpolld_error error;

	daemon->monitor =
		monitor_start(daemon->base, &daemon->polling, steps_on_news, daemon, &error);
	if (!daemon->monitor)
		log_info("the kernel is not watched, lvpoll polls by itself: %s", error.sentence);
}

static void on_stop_poll(evutil_socket_t descriptor, short what, void *context)
{
	struct daemon *daemon = context;

	(void)descriptor;
	(void)what;
	if (!operation_any_lvpoll(daemon)) {
		event_base_loopbreak(daemon->base);
	} else if (++daemon->stop_polls == STOP_POLL_MAX) {
		log_warn("lvpolls that have not ended yet are left to end by themselves");
		event_base_loopbreak(daemon->base);
	}
}

static int init_loop(struct daemon *daemon, struct lvmpolld_error *error)
{
	int result;

	daemon->base = event_base_new();
	if (!daemon->base)
		return error_set(error, ENOMEM, "cannot make an event loop");
	daemon->stop_poll = event_new(daemon->base, -1, EV_PERSIST, on_stop_poll, daemon);
	if (!daemon->stop_poll)
		return error_set(error, ENOMEM, "out of memory");
	result = signals_init(daemon, error);
	if (result == 0)
		result = idle_init(daemon, error);
	if (result == 0)
		result = watchdog_init(daemon, error);
	return result;
}

/* Whoever has the socket has the operations: those of a daemon that runs are left alone. */
static int open_and_recover(struct daemon *daemon, struct lvmpolld_error *error)
{
	int result = listener_open(&daemon->listener, daemon->configuration->socket_path, error);

	if (result == 0)
		result = recovery_open(daemon, error);
	if (result == 0)
		recovery_run(daemon);
	return result;
}

static int inherit(struct daemon *daemon, struct handover *handover, struct lvmpolld_error *error)
{
	int result;

	recovery_adopt(daemon, handover_state_directory(handover));
	result = handover_take(handover, daemon, error);
	/* The new program may have plugins that the old one had not. */
	if (result == 0)
		recovery_run_postponed(daemon);
	return result;
}

/* Goes on with what is in flight, and begins to serve. */
static int go_on(struct daemon *daemon, struct handover *handover, struct lvmpolld_error *error)
{
	int result;

	daemon->is_taking_over = true;
	result = handover ? inherit(daemon, handover, error) : open_and_recover(daemon, error);
	daemon->is_taking_over = false;
	if (result == 0)
		result = client_accept_start(daemon, error);
	if (result < 0)
		return result;
	turns_run(daemon);
	results_limit(daemon);
	if (handover) {
		handover_take_clients(handover, daemon);
		log_warn("upgrade: lvmpolld " PACKAGE_VERSION
			 " has taken over, with %zu operation%s in flight",
			daemon->in_flight, daemon->in_flight == 1 ? "" : "s");
	}
	return 0;
}

int daemon_init(struct daemon *daemon, const struct options *options,
	struct configuration *configuration, int pidfile, struct handover *handover,
	struct lvmpolld_error *error)
{
	int result;

	memset(daemon, 0, sizeof(*daemon));
	daemon->options = options;
	daemon->configuration = configuration;
	daemon->pidfile = pidfile;
	daemon->listener.descriptor = -1;
	daemon->records.descriptor = -1;
	daemon->signals = -1;
	TAILQ_INIT(&daemon->clients);
	TAILQ_INIT(&daemon->given_up);
	result = init_stores(daemon, error);
	if (result == 0)
		result = init_loop(daemon, error);
	if (result < 0)
		return result;
	daemon->plugins = plugins_load(configuration, request_is_reserved, error);
	if (!daemon->plugins)
		return -error->code;
	start_monitor(daemon);
	return go_on(daemon, handover, error);
}

struct store *daemon_store(struct daemon *daemon, bool abort)
{
	return abort ? &daemon->aborts : &daemon->polling;
}

int daemon_run(struct daemon *daemon, struct lvmpolld_error *error)
{
	idle_update(daemon);
	status_update(daemon);
	if (event_base_dispatch(daemon->base) < 0)
		return error_set(error, EIO, "the event loop failed");
	return 0;
}

void daemon_stop(struct daemon *daemon, const char *reason)
{
	static const struct timeval period = {.tv_usec = STOP_POLL_MS * 1000};

	if (daemon->is_stopping)
		return;
	log_info("ending: %s", reason);
	daemon->is_stopping = true;
	idle_update(daemon);
	operation_end_all(daemon);
	client_close_all(daemon);
	listener_close(&daemon->listener);
	if (operation_any_lvpoll(daemon)) {
		if (event_add(daemon->stop_poll, &period) == 0)
			return;
		log_warn("lvpolls are left to end by themselves: out of memory");
	}
	event_base_loopbreak(daemon->base);
}

void daemon_destroy(struct daemon *daemon)
{
	struct lvpoll *lvpoll;

	client_close_all(daemon);
	listener_close(&daemon->listener);
	upgrade_destroy(daemon);
	if (daemon->is_ended_by_signal)
		recovery_forget(daemon);
	/* The next daemon may need the state directory before such a thread is gone. */
	recording_destroy(daemon);
	/* A monitor thread that hangs in the kernel keeps what it uses; the process ends anyway. */
	if (daemon->monitor && !monitor_stop(daemon->monitor))
		return;
	while ((lvpoll = lvpoll_next_given_up(daemon, NULL)))
		lvpoll_free(lvpoll);
	if (daemon->has_stores) {
		operation_forget_lvpolls(daemon);
		store_destroy(&daemon->polling);
		store_destroy(&daemon->aborts);
	}
	scheduler_destroy(&daemon->scheduler);
	if (daemon->plugins)
		plugins_unload(daemon->plugins);
	idle_destroy(daemon);
	results_destroy(daemon);
	watchdog_destroy(daemon);
	signals_destroy(daemon);
	if (daemon->stop_poll)
		event_free(daemon->stop_poll);
	if (daemon->base)
		event_base_free(daemon->base);
	configuration_free(daemon->configuration);
}
