/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operation holds until it is over: its timers, command and comparison. */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "lifecycle/context.h"
#include "lifecycle/resources.h"
#include "lifecycle/verifying.h"
#include "lvm/command.h"
#include "util/boot.h"
#include "util/timer.h"

void resources_start_timer_ms(struct operation *operation, int64_t milliseconds)
{
	const struct timeval delay = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};

	operation->timer_due_ms = boot_clock_ms() + milliseconds;
	timer_start(operation->timer, &delay);
}

void resources_hurry_timer_ms(struct operation *operation, int64_t milliseconds)
{
	if (!event_pending(operation->timer, EV_TIMEOUT, NULL) ||
		operation->timer_due_ms > boot_clock_ms() + milliseconds)
		resources_start_timer_ms(operation, milliseconds);
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;

	(void)descriptor;
	(void)what;
	context_happened(operation, operation->attempt.is_orphan ? EVENT_ORPHAN_LEFT : EVENT_TIMER);
	operations->settle(operations);
}

int resources_prepare(struct operation *operation)
{
	operation->timer = event_new(operation->operations->base, -1, 0, on_timer, operation);
	return operation->timer ? 0 : -ENOMEM;
}

void resources_release(struct operation *operation)
{
	if (operation->attempt.command)
		command_free(operation->attempt.command);
	operation->attempt.command = NULL;
	verifying_end(operation);
	if (operation->timer)
		event_free(operation->timer);
	if (operation->patience)
		event_free(operation->patience);
	operation->timer = operation->patience = NULL;
}
