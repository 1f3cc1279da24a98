/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, and the one that lets it read its configuration again. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <event2/event.h>

#include "daemon.h"
#include "reload.h"
#include "signals.h"

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

void signals_reset_inherited(void)
{
	sigset_t ours;

	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&ours);
	sigaddset(&ours, SIGHUP);
	for (size_t i = 0; i < STOP_SIGNAL_COUNT; i++)
		sigaddset(&ours, stop_signals[i]);
	sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

int signals_init(struct daemon *daemon, struct lvmpolld_error *error)
{
	bool is_complete = true;

	/* A client or a log that goes away is an error of a write, not the end of the daemon. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < STOP_SIGNAL_COUNT; i++) {
		daemon->stop_signals[i] =
			evsignal_new(daemon->base, stop_signals[i], on_stop_signal, daemon);
		is_complete = is_complete && daemon->stop_signals[i] &&
			      evsignal_add(daemon->stop_signals[i], NULL) == 0;
	}
	daemon->reload_signal = evsignal_new(daemon->base, SIGHUP, on_reload_signal, daemon);
	is_complete = is_complete && daemon->reload_signal &&
		      evsignal_add(daemon->reload_signal, NULL) == 0;
	return is_complete ? 0 : error_set(error, ENOMEM, "cannot wait for signals: out of memory");
}

void signals_destroy(struct daemon *daemon)
{
	for (size_t i = 0; i < STOP_SIGNAL_COUNT; i++)
		if (daemon->stop_signals[i])
			event_free(daemon->stop_signals[i]);
	if (daemon->reload_signal)
		event_free(daemon->reload_signal);
}
