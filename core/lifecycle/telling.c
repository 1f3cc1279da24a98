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

static void tell(struct operation *operation, struct request *request,
	enum request_standing standing, struct request_result result)
{
	struct store *store =
		operations_store(operation->operations, operation_is_abort(operation));

	request->last_pid = operation->attempt.pid;
	request->progress = device_progress(operation->device);
	request_tell(request, standing, result);
	store_lock(store);
	store_add_told_locked(store, request);
	store_unlock(store);
}

void telling_tell(
	struct operation *operation, enum request_standing standing, struct request_result result)
{
	struct request *request;

	TAILQ_FOREACH (request, &operation->requests, operation_link)
		if (request_get_standing(request) == REQUEST_IN_PROGRESS)
			tell(operation, request, standing, result);
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
	return operation->state != STATE_BACKING_OFF || back_off->reason != BACK_OFF_UNVERIFIED;
}

/* What is told of the failures: how the latest attempt ended, or that it failed. */
static enum request_standing find_failure(
	const struct operation *operation, struct request_result *result)
{
	/* The latest attempt may be under way. */
	*result = operation->failing_result;
	return is_of_attempt(operation) && (result->by_signal || result->value != 0)
		       ? REQUEST_FINISHED
		       : REQUEST_FAILED;
}

void telling_tell_failure(struct operation *operation)
{
	struct request_result result;
	enum request_standing standing = find_failure(operation, &result);

	telling_tell(operation, standing, result);
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

/* An lvpoll that polls has found its volume: it has not failed yet, and may get on. */
static bool may_get_on(const struct operation *operation)
{
	const struct attempt *attempt = &operation->attempt;

	return operation->state == STATE_RUNNING && attempt->purpose == ATTEMPT_POLL &&
	       attempt->has_shown_more;
}

/*
 * Since when REQUEST has seen attempts fail, by boot_clock_ms; 0: it has not, or was told its end.
 * An abort is carried out for all who ask for it, or for nobody: all hear it at once.
 */
static int64_t failing_since_ms(const struct operation *operation, struct request *request)
{
	if (request_get_standing(request) != REQUEST_IN_PROGRESS)
		return 0;
	return operation_is_abort(operation) ? operation->failing_since_ms
					     : request->failing_since_ms;
}

static int64_t patience_ms(const struct operation *operation)
{
	return INT64_C(1000) * operation->operations->configuration->limit_patience_s;
}

/* Tells those whose patience is over. */
static void tell_impatient(struct operation *operation)
{
	int64_t over_ms = boot_clock_ms() - patience_ms(operation);
	struct request_result result;
	enum request_standing standing = find_failure(operation, &result);
	struct request *request;
	char why[PAUSE_TEXT_SIZE];
	bool is_told = false;

	TAILQ_FOREACH (request, &operation->requests, operation_link) {
		int64_t since_ms = failing_since_ms(operation, request);

		if (since_ms == 0 || since_ms > over_ms)
			continue;
		tell(operation, request, standing, result);
		is_told = true;
	}
	if (is_told)
		log_operation(LOG_LEVEL_ERROR, operation,
			"%s; waiting clients are told that it fails%s", reason(operation, why),
			operation_is_abort(operation) ? "" : ", and it stays in flight");
}

static void on_patience_over(evutil_socket_t descriptor, short what, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;

	(void)descriptor;
	(void)what;
	/* If it fails as well, they are told then. */
	if (may_get_on(operation))
		return;
	tell_impatient(operation);
	/* An abort that was told so must not be carried out later: after its orphan it fails. */
	if (!operation_is_abort(operation))
		telling_await_patience(operation);
	else if (!operation->attempt.is_orphan)
		context_happened(operation, EVENT_NO_PATIENCE);
	operations->settle(operations);
}

/* The first time since which somebody waits though attempts fail; 0: nobody does. */
static int64_t first_failure_ms(const struct operation *operation)
{
	struct request *request;
	int64_t first_ms = 0;

	/* An abort is given up, too, where nobody waits for it. */
	if (operation_is_abort(operation))
		return operation->failing_since_ms;
	TAILQ_FOREACH (request, &operation->requests, operation_link) {
		int64_t since_ms = failing_since_ms(operation, request);

		if (since_ms > 0 && (first_ms == 0 || since_ms < first_ms))
			first_ms = since_ms;
	}
	return first_ms;
}

void telling_await_patience(struct operation *operation)
{
	int64_t first_ms = first_failure_ms(operation);
	int64_t left_ms = first_ms + patience_ms(operation) - boot_clock_ms();
	struct timeval patience = {0};

	if (first_ms == 0)
		return;
	if (left_ms > 0)
		patience = (struct timeval){left_ms / 1000, left_ms % 1000 * 1000};
	if (!operation->patience)
		operation->patience =
			event_new(operation->operations->base, -1, 0, on_patience_over, operation);
	if (operation->patience)
		timer_start(operation->patience, &patience);
	else
		/* Out of memory: the waiters are told at once. */
		telling_tell_failure(operation);
}

void telling_begin_failing(struct operation *operation)
{
	int64_t now_ms = boot_clock_ms();
	struct request *request;

	if (operation->failing_since_ms == 0)
		operation->failing_since_ms = now_ms;
	TAILQ_FOREACH (request, &operation->requests, operation_link)
		if (request->failing_since_ms == 0)
			request->failing_since_ms = now_ms;
	telling_await_patience(operation);
}

void telling_end_failing(struct operation *operation)
{
	struct request *request;

	operation->failing_since_ms = 0;
	TAILQ_FOREACH (request, &operation->requests, operation_link)
		request->failing_since_ms = 0;
	if (operation->patience)
		event_del(operation->patience);
}
