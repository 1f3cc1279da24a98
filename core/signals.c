/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, let it read its configuration again, and upgrade it. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <event2/event.h>

#include "daemon.h"
#include "reload.h"
#include "signals.h"
#include "upgrade.h"

static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT};

#define STOP_SIGNAL_COUNT (sizeof(stop_signals) / sizeof(stop_signals[0]))

static void on_stop_signal(evutil_socket_t number, short what, void *context)
{
	(void)what;
	daemon_stop(context, strsignal((int)number));
}

static void on_reload_signal(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	reload_configuration(context);
}

static void on_upgrade_signal(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	upgrade_begin(context);
}

/* Whatever was blocked by whoever started us, or by the program before an upgrade, comes now. */
static void unblock_all(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

int signals_init(struct daemon *daemon, struct lvmpolld_error *error)
{
	bool is_complete = true;

	/* A client or a log that goes away is an error of a write, not the end of the daemon. */
	signal(SIGPIPE, SIG_IGN);
	/* One that was ignored would let the kernel reap our children, and their status be lost. */
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < STOP_SIGNAL_COUNT; i++) {
		daemon->stop_signals[i] =
			evsignal_new(daemon->base, stop_signals[i], on_stop_signal, daemon);
		is_complete = is_complete && daemon->stop_signals[i] &&
			      evsignal_add(daemon->stop_signals[i], NULL) == 0;
	}
	daemon->reload_signal = evsignal_new(daemon->base, SIGHUP, on_reload_signal, daemon);
	is_complete = is_complete && daemon->reload_signal &&
		      evsignal_add(daemon->reload_signal, NULL) == 0;
	daemon->upgrade_signal = evsignal_new(daemon->base, SIGUSR2, on_upgrade_signal, daemon);
	is_complete = is_complete && daemon->upgrade_signal &&
		      evsignal_add(daemon->upgrade_signal, NULL) == 0;
	if (!is_complete)
		return error_set(error, ENOMEM, "cannot wait for signals: out of memory");
	unblock_all();
	return 0;
}

void signals_destroy(struct daemon *daemon)
{
	for (size_t i = 0; i < STOP_SIGNAL_COUNT; i++)
		if (daemon->stop_signals[i])
			event_free(daemon->stop_signals[i]);
	if (daemon->reload_signal)
		event_free(daemon->reload_signal);
	if (daemon->upgrade_signal)
		event_free(daemon->upgrade_signal);
}
