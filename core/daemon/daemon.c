/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon as a whole: set up, run, stopped, taken down. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "daemon/daemon.h"
#include "daemon/reload.h"
#include "kernel_log/kernel_log.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/numbers.h"
#include "lifecycle/operations.h"
#include "lifecycle/recorder.h"
#include "lifecycle/recovery.h"
#include "lifecycle/result_expiry.h"
#include "lifecycle/unattended.h"
#include "lifecycle/watching.h"
#include "loader/load.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "monitor/monitor.h"
#include "server/answer.h"
#include "server/server.h"
#include "server/subscriptions.h"
#include "service/signals.h"
#include "service/startup.h"
#include "service/watchdog.h"
#include "upgrade/read.h"
#include "upgrade/upgrade.h"

/* After SIGTERM the daemon checks so often, and so many times, whether the lvpolls have ended. */
#define STOP_POLL_MS  20
#define STOP_POLL_MAX 50

/* The longest time for which a daemon that starts waits until the history is read. */
#define HISTORY_PATIENCE_MS 2000

static void on_monitor_news(void *context)
{
	lifecycle_on_news(context);
	unattended_on_news(context);
}

/*
 * Without device-mapper, or the permission to use it, lvpoll polls by itself, as with stock; where
 * it would be let go of data that nobody has proved, and a shortage passes, that is waited for.
 * Each cause is told once in a row.
 */
static void start_monitor(struct operations *operations)
{
	int before = operations->monitor_failure;
	struct lvmpolld_error error;
	struct kernel_log log;

	kernel_log_init(&log, plugins_is_log_failure, operations->plugins);
	operations->monitor = monitor_start(
		operations->base, &operations->devices, &log, on_monitor_news, operations, &error);
	operations->monitor_failure = operations->monitor ? 0 : error.code;
	if (!operations->monitor)
		log_write(before == error.code               ? LOG_LEVEL_DEBUG
			  : watching_is_shortage(error.code) ? LOG_LEVEL_WARN
							     : LOG_LEVEL_INFO,
			"the kernel is not watched: %s", error.sentence);
}

static void start_monitor_late(struct operations *operations)
{
	start_monitor(operations);
	if (!operations->monitor)
		return;
	log_notice("the kernel is watched from now on");
	watching_take_all(operations);
	unattended_configure(operations);
}

/* The history is given a moment, too: the next daemon reads what this one has written. */
static bool is_stop_to_wait(const struct daemon *daemon)
{
	return operations_any_command(&daemon->operations) ||
	       history_keeper_is_busy(&daemon->operations.history);
}

static void on_stop_poll(evutil_socket_t descriptor, short what, void *context)
{
	struct daemon *daemon = context;

	(void)descriptor;
	(void)what;
	if (!is_stop_to_wait(daemon)) {
		event_base_loopbreak(daemon->base);
	} else if (++daemon->stop_polls == STOP_POLL_MAX) {
		if (operations_any_command(&daemon->operations))
			log_warn("lvpolls that have not ended yet are left to end by themselves");
		event_base_loopbreak(daemon->base);
	}
}

static void update_idle(struct daemon *daemon)
{
	const struct operations *operations = &daemon->operations;
	/* A loss that could not be noted yet is known to this process alone. */
	bool is_busy = operations->is_stopping || operations->in_flight > 0 ||
		       operations->unwritten_losses > 0 || daemon->server.client_count > 0 ||
		       unattended_is_adopting(operations);

	idle_update(&daemon->idle, is_busy, daemon->configuration->idle_timeout_s);
}

static void on_operations_changed(void *context)
{
	struct daemon *daemon = context;

	update_idle(daemon);
	status_line_update(&daemon->status_line);
	/* Each second is enough for any other change. */
	if (daemon->told_in_flight != daemon->operations.in_flight)
		subscriptions_kick(&daemon->server);
	daemon->told_in_flight = daemon->operations.in_flight;
}

static void on_clients_changed(void *context)
{
	update_idle(context);
}

/* Begins to stop: no more clients; running lvpolls get SIGTERM and a moment to end, others run on.
 */
static void stop(struct daemon *daemon, const char *reason)
{
	static const struct timeval period = {.tv_usec = STOP_POLL_MS * 1000};

	if (daemon->operations.is_stopping)
		return;
	log_info("ending: %s", reason);
	operations_stop(&daemon->operations);
	update_idle(daemon);
	server_close(&daemon->server);
	if (is_stop_to_wait(daemon)) {
		if (event_add(daemon->stop_poll, &period) == 0)
			return;
		log_warn("running lvm commands are not waited for: out of memory");
	}
	event_base_loopbreak(daemon->base);
}

static void on_idle(void *context)
{
	stop(context, "idle for the configured time");
}

static void on_signal(enum signals_request request, const char *name, void *context)
{
	struct daemon *daemon = context;

	switch (request) {
	case SIGNALS_STOP:
		daemon->is_ended_by_signal = true;
		stop(daemon, name);
		break;
	case SIGNALS_RELOAD:
		if (reload_configuration(daemon) == 0)
			update_idle(daemon);
		break;
	case SIGNALS_UPGRADE:
		upgrade_begin(&daemon->upgrades);
		break;
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
	result = signals_init(&daemon->signals, daemon->base, on_signal, daemon, error);
	if (result == 0)
		result = idle_init(&daemon->idle, daemon->base, on_idle, daemon, error);
	if (result == 0)
		result = watchdog_init(&daemon->watchdog, daemon->base, error);
	if (result == 0)
		result = status_line_init(
			&daemon->status_line, daemon->base, &daemon->operations, error);
	return result;
}

/* The socket comes first: if another daemon has it, that one's operations are left alone. */
static int open_socket_and_records(struct daemon *daemon, struct lvmpolld_error *error)
{
	struct listener *listener = &daemon->server.listener;
	int result = listener->descriptor >= 0
			     ? 0
			     : listener_open(listener, daemon->configuration->socket_path, error);

	if (result == 0)
		result = recovery_open(&daemon->operations, error);
	/*
	 * A socket that does not answer is removed, but not systemd's, which is passed once.
	 */
	if (result < 0 && listener->path)
		listener_close(listener);
	return result;
}

static int open_and_recover(struct daemon *daemon, struct lvmpolld_error *error)
{
	struct startup startup;
	int result;

	startup_init(&startup, daemon->options->foreground);
	do
		result = open_socket_and_records(daemon, error);
	while (result < 0 && (result = startup_wait(&startup, error)) == 0);
	if (result < 0)
		return result;
	startup_done(&startup);
	return recovery_run(&daemon->operations, error);
}

static int take_over(
	struct daemon *daemon, const struct handover *handover, struct lvmpolld_error *error)
{
	int result;

	recovery_adopt(&daemon->operations, handover_state_directory(handover));
	result = handover_take_listener(handover, &daemon->server, error);
	if (result == 0)
		result = handover_take_operations(handover, &daemon->operations, error);
	/* The new program may have plugins that the old one did not have. */
	if (result == 0)
		recovery_run_postponed(&daemon->operations);
	return result;
}

/*
 * After a boot the history alone knows which numbers were given: the first request is taken when it
 * was read. That is one short process, and a disk that hangs is not waited for.
 */
static void start_history(struct daemon *daemon)
{
	struct operations *operations = &daemon->operations;

	/* Not where operations are set up: a test of them is no daemon, and has no file. */
	history_keeper_configure(&operations->history, daemon->configuration->history_path,
		daemon->configuration->history_entries);
	history_keeper_start(&operations->history);
	if (!numbers_are_known(operations))
		history_keeper_wait(&operations->history, HISTORY_PATIENCE_MS);
}

/* Resumes what is in flight, and begins to serve. */
static int start_serving(
	struct daemon *daemon, const struct handover *handover, struct lvmpolld_error *error)
{
	struct operations *operations = &daemon->operations;
	int result;

	operations->is_taking_over = true;
	result = handover ? take_over(daemon, handover, error) : open_and_recover(daemon, error);
	operations->is_taking_over = false;
	watching_begin(operations);
	if (result == 0)
		start_history(daemon);
	if (result == 0)
		result = server_start(&daemon->server, error);
	if (result < 0)
		return result;
	lifecycle_settle(operations);
	results_expire(operations);
	unattended_configure(operations);
	if (handover) {
		handover_take_clients(handover, &daemon->server);
		log_notice("upgrade: lvmpolld " PACKAGE_VERSION
			   " has taken over, with %zu operation%s in flight",
			operations->in_flight, operations->in_flight == 1 ? "" : "s");
	}
	return 0;
}

static int init_parts(struct daemon *daemon, int pidfile, struct lvmpolld_error *error)
{
	struct operations *operations = &daemon->operations;
	int result = init_loop(daemon, error);

	if (result == 0)
		result = operations_init(operations, daemon->base, daemon->configuration,
			on_operations_changed, daemon, error);
	if (result < 0)
		return result;
	server_init(&daemon->server, daemon->base, daemon->configuration, operations,
		on_clients_changed, daemon);
	daemon->upgrades.parts = (struct handover_parts){pidfile, operations, &daemon->server};
	operations->plugins = plugins_load(daemon->configuration, answer_is_reserved, error);
	return operations->plugins ? 0 : -error->code;
}

int daemon_init(struct daemon *daemon, const struct options *options,
	struct configuration *configuration, int pidfile, const struct handover *handover,
	struct lvmpolld_error *error)
{
	int result;

	*daemon = (struct daemon){
		.options = options,
		.configuration = configuration,
		.operations.records.descriptor = -1,
		.server.listener.descriptor = -1,
		.signals.descriptor = -1,
	};
	result = init_parts(daemon, pidfile, error);
	if (result < 0)
		return result;
	start_monitor(&daemon->operations);
	daemon->operations.start_monitor = start_monitor_late;
	return start_serving(daemon, handover, error);
}

int daemon_run(struct daemon *daemon, struct lvmpolld_error *error)
{
	on_operations_changed(daemon);
	/* It was told to end before it was here, and has nothing to wait for. */
	if (daemon->operations.is_stopping && !event_pending(daemon->stop_poll, EV_TIMEOUT, NULL))
		return 0;
	if (event_base_dispatch(daemon->base) < 0)
		return error_set(error, EIO, "the event loop failed");
	return 0;
}

static void destroy_operations(struct operations *operations)
{
	recorder_destroy(operations);
	unattended_destroy(operations);
	watching_end(operations);
	if (operations->monitor)
		monitor_stop(operations->monitor);
	operations->monitor = NULL;
	operations_destroy(operations);
	if (operations->plugins)
		plugins_unload(operations->plugins);
	results_destroy(operations);
}

void daemon_destroy(struct daemon *daemon)
{
	server_close(&daemon->server);
	upgrade_destroy(&daemon->upgrades);
	recorder_end(&daemon->operations);
	if (daemon->is_ended_by_signal)
		recovery_leave_none(&daemon->operations);
	destroy_operations(&daemon->operations);
	status_line_destroy(&daemon->status_line);
	idle_destroy(&daemon->idle);
	watchdog_destroy(&daemon->watchdog);
	signals_destroy(&daemon->signals);
	if (daemon->stop_poll)
		event_free(daemon->stop_poll);
	if (daemon->base)
		event_base_free(daemon->base);
	configuration_free(daemon->configuration);
}
