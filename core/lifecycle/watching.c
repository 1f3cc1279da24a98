/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel is watched for an operation. */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "lifecycle/context.h"
#include "lifecycle/watching.h"
#include "loader/plugins.h"
#include "monitor/monitor.h"
#include "util/timer.h"

/* How long until the monitor is tried again that a shortage has prevented. */
#define RETRY_S 1

static bool is_for_kernel(const struct operation *operation)
{
	return operation->terms->plugin->monitor == PLUGIN_MONITOR_KERNEL;
}

bool watching_is_shortage(int failure)
{
	return failure == EMFILE || failure == ENFILE || failure == ENOMEM || failure == EAGAIN;
}

/* OPERATION is to be watched, and is not yet. */
static bool is_unwatched(const struct operation *operation)
{
	return !operation->is_watchable && is_for_kernel(operation);
}

static bool is_any_unwatched(const struct operations *operations)
{
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (is_unwatched(operation))
			return true;
	return false;
}

static void start(struct operations *operations);

static void on_retry(evutil_socket_t descriptor, short what, void *context)
{
	struct operations *operations = context;

	(void)descriptor;
	(void)what;
	if (!operations->is_stopping && is_any_unwatched(operations))
		start(operations);
}

static void arm_retry(struct operations *operations)
{
	static const struct timeval retry = {.tv_sec = RETRY_S};

	if (!operations->monitor_retry)
		operations->monitor_retry =
			event_new(operations->base, -1, 0, on_retry, operations);
	if (operations->monitor_retry)
		timer_start(operations->monitor_retry, &retry);
}

static void start(struct operations *operations)
{
	if (operations->monitor || !operations->start_monitor || operations->is_taking_over)
		return;
	operations->start_monitor(operations);
	if (!operations->monitor && watching_is_shortage(operations->monitor_failure))
		arm_retry(operations);
}

/*
 * At the daemon's start the kernel may not have had device-mapper yet, or no descriptor may have
 * been left.
 */
void watching_take(struct operation *operation)
{
	if (!is_unwatched(operation))
		return;
	start(operation->operations);
	if (operation->operations->monitor)
		operation->is_watchable = true;
}

void watching_watch(struct operation *operation)
{
	if (operation->is_watchable)
		monitor_watch(operation->operations->monitor, operation->device);
}

void watching_take_all(struct operations *operations)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link) {
		if (!is_unwatched(operation))
			continue;
		operation->is_watchable = true;
		watching_watch(operation);
		if (operation->attempt.command)
			monitor_set_command(operations->monitor, operation->device, true);
	}
}

bool watching_is_awaited(const struct operation *operation)
{
	const struct operations *operations = operation->operations;

	return is_unwatched(operation) && !operations->monitor &&
	       watching_is_shortage(operations->monitor_failure);
}

void watching_begin(struct operations *operations)
{
	if (is_any_unwatched(operations))
		start(operations);
}

void watching_end(struct operations *operations)
{
	if (operations->monitor_retry)
		event_free(operations->monitor_retry);
	operations->monitor_retry = NULL;
}
