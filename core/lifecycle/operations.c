/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of a daemon as a whole. */
#include "config.h"

#include <errno.h>

#include "lifecycle/actions.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/losses.h"
#include "lifecycle/operations.h"
#include "lifecycle/resources.h"
#include "lifecycle/telling.h"
#include "lvm/command.h"
#include "lvm/orphans.h"

int operations_init(struct operations *operations, struct event_base *base,
	const struct configuration *configuration, void (*changed)(void *context), void *context,
	struct lvmpolld_error *error)
{
	*operations = (struct operations){
		.base = base,
		.configuration = configuration,
		.records.descriptor = -1,
		.handle = lifecycle_handle,
		.settle = lifecycle_settle,
		.changed = changed,
		.context = context,
	};
	TAILQ_INIT(&operations->list);
	TAILQ_INIT(&operations->over);
	TAILQ_INIT(&operations->inquiries);
	TAILQ_INIT(&operations->comparisons);
	ended_init(&operations->ended_lately);
	history_keeper_init(&operations->history, base, &operations->ended_lately);
	if (store_init(&operations->polling, "poll") < 0)
		return error_set(error, ENOMEM, "out of memory");
	if (store_init(&operations->aborts, "abort") < 0) {
		store_destroy(&operations->polling);
		return error_set(error, ENOMEM, "out of memory");
	}
	if (devices_init(&operations->devices) < 0) {
		store_destroy(&operations->polling);
		store_destroy(&operations->aborts);
		return error_set(error, ENOMEM, "out of memory");
	}
	operations->has_stores = true;
	if (scheduler_init(&operations->scheduler) < 0)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

/* Frees all operations. Their commands run on. */
static void free_all(struct operations *operations)
{
	struct operation *operation;

	asking_destroy(operations);
	while ((operation = TAILQ_FIRST(&operations->list))) {
		scheduler_remove(&operations->scheduler, operation);
		resources_release(operation);
		TAILQ_REMOVE(&operations->list, operation, link);
		TAILQ_INSERT_TAIL(&operations->over, operation, link);
	}
	comparisons_destroy(&operations->comparisons);
	lifecycle_settle(operations);
}

void operations_destroy(struct operations *operations)
{
	if (operations->has_stores) {
		operations->is_stopping = true;
		free_all(operations);
		losses_free_all(operations);
		store_destroy(&operations->polling);
		store_destroy(&operations->aborts);
		devices_destroy(&operations->devices);
	}
	orphans_free(operations->orphans);
	operations->orphans = NULL;
	operations->has_stores = false;
	history_keeper_destroy(&operations->history);
	ended_destroy(&operations->ended_lately);
	counts_destroy(&operations->counts);
	scheduler_destroy(&operations->scheduler);
}

void operations_retry(struct operation *operation)
{
	/* No attempt is made before lvm2 has answered: the failures go on for it, too. */
	if (operation->state == STATE_ASKING && operation->failing_since_ms != 0)
		telling_begin_failing(operation);
	if (operation->state == STATE_BACKING_OFF)
		switch (operation->back_off.reason) {
		case BACK_OFF_NOT_BEFORE:
		case BACK_OFF_INTERVAL:
		case BACK_OFF_SEARCH:
		case BACK_OFF_ORPHAN:
		case BACK_OFF_BUSY:
			return;
		default:
			break;
		}
	else
		/* It is under way already. */
		actions_begin_anew(operation);
	lifecycle_handle(operation, EVENT_WANTED);
}

void operations_retry_all(struct operations *operations)
{
	struct operation *operation, *next;

	for (operation = TAILQ_FIRST(&operations->list); operation; operation = next) {
		next = TAILQ_NEXT(operation, link);
		if (operation->state == STATE_BACKING_OFF || operation->state == STATE_DORMANT)
			operations_retry(operation);
	}
	lifecycle_settle(operations);
}

void operations_stop(struct operations *operations)
{
	struct operation *operation;

	operations->is_stopping = true;
	TAILQ_FOREACH (operation, &operations->list, link)
		lifecycle_handle(operation, EVENT_STOP);
	asking_stop(operations);
}

bool operations_any_command(const struct operations *operations)
{
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation->attempt.command &&
			!command_is_left_to_end(operation->attempt.command))
			return true;
	return asking_is_running(operations);
}
