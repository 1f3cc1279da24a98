/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells waiters how an operation ends. */
#include "config.h"

#include <signal.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/telling.h"
#include "log/log.h"
#include "util/boot.h"
#include "util/timer.h"

void telling_tell(
	struct operation *operation, enum request_standing standing, struct request_result result)
{
	struct store *store =
		operations_store(operation->operations, operation_is_abort(operation));
	struct request *request;

	TAILQ_FOREACH (request, &operation->requests, operation_link) {
		if (request_get_standing(request) != REQUEST_IN_PROGRESS)
			continue;
		request->last_pid = operation->attempt.pid;
		request->progress = device_progress(operation->device);
		request_tell(request, standing, result);
		store_lock(store);
		store_add_told_locked(store, request);
		store_unlock(store);
	}
}

/*
 * Whether an attempt has failed; and not that the copies could not be compared, or that the device
 * is suspended, which it may be for many pauses.
 */
static bool is_of_attempt(const struct operation *operation)
{
	const struct back_off *back_off = &operation->back_off;

	if (back_off->count > 0 && back_off->reason == BACK_OFF_SUSPENDED)
		return false;
	return operation->state != STATE_BACKING_OFF ||
	       (back_off->reason != BACK_OFF_UNVERIFIED && back_off->reason != BACK_OFF_UNWATCHED);
}

void telling_tell_failure(struct operation *operation)
{
	/* The latest attempt may be under way. */
	const struct request_result *result = &operation->failing_result;
	bool has_result = is_of_attempt(operation) && (result->by_signal || result->value != 0);

	telling_tell(operation, has_result ? REQUEST_FINISHED : REQUEST_FAILED, *result);
}

void telling_tell_aborted(struct operation *operation)
{
	telling_tell(operation, REQUEST_FINISHED,
		(struct request_result){.by_signal = true, .value = SIGTERM});
}

/* OPERATION has a request in progress, which was told nothing yet. */
static bool is_waited_for(const struct operation *operation)
{
	struct request *request;

	TAILQ_FOREACH (request, &operation->requests, operation_link)
		if (request_get_standing(request) == REQUEST_IN_PROGRESS)
			return true;
	return false;
}

bool telling_has_told(const struct operation *operation)
{
	return !TAILQ_EMPTY(&operation->requests) && !is_waited_for(operation);
}

/* The reason, for the log. */
static const char *reason(const struct operation *operation, char text[PAUSE_TEXT_SIZE])
{
	if (operation->state == STATE_DORMANT)
		return state_description(STATE_DORMANT);
	return operation_explain_pause(operation,
		operation->state == STATE_ASKING ? BACK_OFF_STATUS : operation->back_off.reason,
		text);
}

static void on_patience_over(evutil_socket_t descriptor, short what, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;
	char why[PAUSE_TEXT_SIZE];

	(void)descriptor;
	(void)what;
	/* Later requests are told of the next failure. */
	operation->failing_since_ms = 0;
	if (is_waited_for(operation))
		log_operation(LOG_LEVEL_ERROR, operation,
			"%s; waiting clients are told that it fails%s", reason(operation, why),
			operation_is_abort(operation) ? "" : ", and it stays in flight");
	telling_tell_failure(operation);
	/* An abort that was told so must not be carried out later: after its orphan it fails. */
	if (operation_is_abort(operation) && !operation->attempt.is_orphan)
		context_happened(operation, EVENT_NO_PATIENCE);
	operations->settle(operations);
}

void telling_resume_failing(struct operation *operation, int64_t since_ms)
{
	int64_t left_ms = since_ms - boot_clock_ms() +
			  INT64_C(1000) * operation->operations->configuration->limit_patience_s;
	struct timeval patience = {0};

	if (left_ms > 0)
		patience = (struct timeval){left_ms / 1000, left_ms % 1000 * 1000};
	operation->failing_since_ms = since_ms;
	if (!operation->patience)
		operation->patience =
			event_new(operation->operations->base, -1, 0, on_patience_over, operation);
	if (operation->patience) {
		timer_start(operation->patience, &patience);
		return;
	}
	/* Out of memory: the waiters are told at once, and of the next failure again. */
	operation->failing_since_ms = 0;
	telling_tell_failure(operation);
}

void telling_begin_failing(struct operation *operation)
{
	if (operation->failing_since_ms == 0)
		telling_resume_failing(operation, boot_clock_ms());
}

void telling_end_failing(struct operation *operation)
{
	operation->failing_since_ms = 0;
	if (operation->patience)
		event_del(operation->patience);
}
