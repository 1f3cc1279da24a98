/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: the ones that end the daemon, let it read its configuration again, and upgrade it. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "service/signals.h"

static const struct {
	int number;
	enum signals_request request;
} actions[] = {
	{SIGTERM, SIGNALS_STOP},
	{SIGINT, SIGNALS_STOP},
	{SIGQUIT, SIGNALS_STOP},
	{SIGHUP, SIGNALS_RELOAD},
	{SIGUSR2, SIGNALS_UPGRADE},
};

#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

/* One at a time: what an upgrade leaves unread waits in the kernel for the next program. */
static void on_signal(evutil_socket_t descriptor, short what, void *context)
{
	const struct signals *signals = context;
	struct signalfd_siginfo info;

	(void)what;
	if (read(descriptor, &info, sizeof(info)) != sizeof(info))
		return;
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (actions[i].number == (int)info.ssi_signo)
			signals->told(
				actions[i].request, strsignal(actions[i].number), signals->context);
}

/*
 * Our signals stay blocked and are read from a descriptor, so that none is lost in an exec. All
 * others are unblocked: our parent may have left them blocked. An ignored signal could not be read.
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

int signals_init(struct signals *signals, struct event_base *base, signals_callback told,
	void *context, struct lvmpolld_error *error)
{
	sigset_t ours;

	*signals = (struct signals){.descriptor = -1, .told = told, .context = context};
	/* A client or a log that goes away is an error of a write, not the end of the daemon. */
	signal(SIGPIPE, SIG_IGN);
	/* If SIGCHLD were ignored, the kernel would reap our children, and their status would be
	 * lost. */
	signal(SIGCHLD, SIG_DFL);
	set_mask(&ours);
	signals->descriptor = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->descriptor < 0)
		return error_set(error, errno, "cannot wait for signals: %s", strerror(errno));
	signals->event =
		event_new(base, signals->descriptor, EV_READ | EV_PERSIST, on_signal, signals);
	if (!signals->event || event_add(signals->event, NULL) < 0)
		return error_set(error, ENOMEM, "cannot wait for signals: out of memory");
	return 0;
}

void signals_destroy(struct signals *signals)
{
	if (signals->event)
		event_free(signals->event);
	if (signals->descriptor >= 0)
		close(signals->descriptor);
}
