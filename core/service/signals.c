/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, let it read its configuration again, and upgrade it. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "daemon/daemon.h"
#include "daemon/reload.h"
#include "service/signals.h"
#include "upgrade/upgrade.h"

static void stop(struct daemon *daemon, int number)
{
	daemon->is_ended_by_signal = true;
	daemon_stop(daemon, strsignal(number));
}

static void reload(struct daemon *daemon, int number)
{
	(void)number;
	reload_configuration(daemon);
}

static void upgrade(struct daemon *daemon, int number)
{
	(void)number;
	upgrade_begin(daemon);
}

static const struct {
	int number;
	void (*act)(struct daemon *daemon, int number);
} actions[] = {
	{SIGTERM, stop},
	{SIGINT, stop},
	{SIGQUIT, stop},
	{SIGHUP, reload},
	{SIGUSR2, upgrade},
};

#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

/* One at a time: what an upgrade leaves unread waits in the kernel for the next program. */
static void on_signal(evutil_socket_t descriptor, short what, void *context)
{
	struct signalfd_siginfo info;

	(void)what;
	if (read(descriptor, &info, sizeof(info)) != sizeof(info))
		return;
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (actions[i].number == (int)info.ssi_signo)
			actions[i].act(context, actions[i].number);
}

/*
 * Our signals stay blocked and are read from a descriptor, so that none can be lost in an exec. All
 * others that whoever started us has left blocked come now. What was ignored would never be seen.
 */
static void set_mask(sigset_t *ours)
{
	sigset_t others;

	sigemptyset(ours);
	for (size_t i = 0; i < ACTION_COUNT; i++)
		sigaddset(ours, actions[i].number);
	sigprocmask(SIG_BLOCK, ours, NULL);
	for (size_t i = 0; i < ACTION_COUNT; i++)
		signal(actions[i].number, SIG_DFL);
	sigfillset(&others);
	for (size_t i = 0; i < ACTION_COUNT; i++)
		sigdelset(&others, actions[i].number);
	sigprocmask(SIG_UNBLOCK, &others, NULL);
}

int signals_init(struct daemon *daemon, struct lvmpolld_error *error)
{
	sigset_t ours;

	/* A client or a log that goes away is an error of a write, not the end of the daemon. */
	signal(SIGPIPE, SIG_IGN);
	/* One that was ignored would let the kernel reap our children, and their status be lost. */
	signal(SIGCHLD, SIG_DFL);
	set_mask(&ours);
	daemon->signals = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
	if (daemon->signals < 0)
		return error_set(error, errno, "cannot wait for signals: %s", strerror(errno));
	daemon->signal_event =
		event_new(daemon->base, daemon->signals, EV_READ | EV_PERSIST, on_signal, daemon);
	if (!daemon->signal_event || event_add(daemon->signal_event, NULL) < 0)
		return error_set(error, ENOMEM, "cannot wait for signals: out of memory");
	return 0;
}

void signals_destroy(struct daemon *daemon)
{
	if (daemon->signal_event)
		event_free(daemon->signal_event);
	if (daemon->signals >= 0)
		close(daemon->signals);
}
