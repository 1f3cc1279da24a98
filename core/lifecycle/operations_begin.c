/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Begins the operation that a request asks for. */
#include "config.h"

#include <errno.h>

#include "configuration/configuration.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/numbers.h"
#include "lifecycle/operation_log.h"
#include "lifecycle/operations.h"
#include "lifecycle/operations_begin.h"
#include "lifecycle/operations_forget.h"
#include "lifecycle/orphaned.h"
#include "lifecycle/recalling.h"
#include "lifecycle/recorder.h"
#include "lifecycle/resources.h"
#include "lifecycle/stores.h"
#include "lifecycle/telling.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "lvm/command.h"

/*
 * What its plugin would run is refused, or the plugin has nothing to run: memory is not short. An
 * abort is refused then, too: the operation that it would abort must not yield to it in vain.
 */
static bool has_no_command(const struct operation *operation)
{
	return !operation_is_abort(operation) &&
	       (operation->attempt.failure == EPERM || operation->attempt.failure == EOPNOTSUPP);
}

/* The answer if OPERATION is in flight: if it could not be begun, nothing was promised. */
static enum operations_answer answer_begun(struct operation *operation)
{
	if (operation->state != STATE_BACKING_OFF || operation->is_begun ||
		has_no_command(operation))
		return OPERATIONS_ACCEPTED;
	/* What could not be written down would be lost with the daemon. */
	return operation->back_off.reason == BACK_OFF_NOT_STARTED ||
			       (operation->back_off.reason == BACK_OFF_UNWATCHED &&
				       operation->is_record_stale)
		       ? OPERATIONS_NO_MEMORY
		       : OPERATIONS_ACCEPTED;
}

/*
 * The answer if the operation is over already. A poll is accepted, whatever its result: its volume
 * is half way in metadata and kernel. An abort whose command cannot be executed has changed nothing
 * yet, and is refused.
 */
static enum operations_answer answer_over(struct request *request)
{
	return request->terms->asked.abort && request_get_standing(request) == REQUEST_FINISHED
		       ? OPERATIONS_NOT_EXECUTABLE
		       : OPERATIONS_ACCEPTED;
}

/* Takes back an operation that could not be started: it leaves no result and no record. */
static void refuse(struct operation *operation)
{
	struct operations *operations = operation->operations;
	struct operation *other = operation->device->operations[!operation_is_abort(operation)];

	operation_log_refused(operation);
	recorder_remove(operation);
	resources_release(operation);
	scheduler_remove(&operations->scheduler, operation);
	TAILQ_REMOVE(&operations->list, operation, link);
	operations->in_flight--;
	operation->device->operations[operation_is_abort(operation)] = NULL;
	if (operation_is_abort(operation) && other)
		lifecycle_handle(other, EVENT_ABORT_FAILED);
	operation->device->operations[operation_is_abort(operation)] = operation;
	TAILQ_INSERT_TAIL(&operations->over, operation, link);
	operations_changed(operations);
}

/* Begins OPERATION. A poll that it aborts yields first. */
static void set_going(struct operation *operation)
{
	struct device *device = operation->device;
	struct operation *other = device->operations[!operation_is_abort(operation)];

	if (operation->terms->asked.interval[0] == '+' && !operation_is_abort(operation))
		operation->not_before_ms =
			operation->begun_ms + (int64_t)operation->terms->interval_s * 1000;
	numbers_assign(operation);
	operation_log_begin(operation);
	recalling_add_evidence(operation->operations, operation->terms, &operation->evidence);
	recorder_write(operation, orphaned_recall(operation));
	orphaned_forget(operation);
	if (operation_is_abort(operation) && other)
		lifecycle_handle(other, EVENT_ABORTED);
	if (operation->attempt.is_orphan)
		lifecycle_begin_with_orphan(operation);
	else
		lifecycle_begin(operation);
	lifecycle_settle(operation->operations);
}

/*
 * Tells the waiters of the operation that is aborted. Requests that come later are told when the
 * abort is over.
 */
static void tell_aborted(struct operation *abort_operation)
{
	struct operation *other =
		operation_is_abort(abort_operation) ? abort_operation->device->operations[0] : NULL;

	if (other && operation_is_alive(other))
		telling_tell_aborted(other);
}

static enum operations_answer begin_new(
	struct operations *operations, struct request *request, struct waiter *waiter)
{
	struct operation *operation = lifecycle_new_operation(operations, request->terms);
	enum operations_answer answer;
	struct terms *terms;

	if (!operation) {
		stores_drop_refused(operations, request, waiter);
		return OPERATIONS_NO_MEMORY;
	}
	operation_join(operation, request);
	if (request->terms->is_unasked)
		operation->evidence = evidence_unasked();
	/* The operation may end, and be freed, while it begins; its request may be dropped, too. */
	terms = terms_hold(request->terms);
	set_going(operation);
	request = stores_find(operations, terms);
	terms_release(terms);
	if (!request)
		return OPERATIONS_ACCEPTED;
	operation = request->operation;
	answer = operation ? answer_begun(operation) : answer_over(request);
	if (answer == OPERATIONS_ACCEPTED && operation)
		tell_aborted(operation);
	if (answer == OPERATIONS_ACCEPTED)
		return answer;
	if (operation)
		refuse(operation);
	stores_drop_refused(operations, request, waiter);
	lifecycle_settle(operations);
	return answer;
}

/* Checks that lvm can be executed before the waiters of a move hear that it is aborted. */
static bool can_begin_abort(struct operations *operations, const struct terms *terms)
{
	struct lvmpolld_error error;

	if (!terms->asked.abort ||
		command_check_binary(operations->configuration->lvm_binary, &error) == 0)
		return true;
	log_terms(LOG_LEVEL_ERROR, terms, "the abort is refused: %s", error.sentence);
	return false;
}

struct operation *operations_find_alive(
	struct operations *operations, const char *lvid, bool is_abort)
{
	struct device *device = devices_find(&operations->devices, lvid);
	struct operation *operation = device ? device->operations[is_abort] : NULL;

	return operation && operation_is_alive(operation) ? operation : NULL;
}

/* OPERATION is of another plugin: TERMS can neither join nor abort it. */
static bool has_other_plugin(const struct operation *operation, const struct terms *terms)
{
	return operation && operation->terms->plugin != terms->plugin;
}

/* OPERATION is asked for again, by somebody who wants it to go on. */
static void begin_again(struct operation *operation)
{
	recorder_note_wanted(operation);
	operations_retry(operation);
}

static enum operations_answer begin_request(
	struct operations *operations, struct terms *terms, struct waiter *waiter)
{
	const struct lvmpolld_request *asked = &terms->asked;
	struct operation *operation = operations_find_alive(operations, asked->lvid, asked->abort),
			 *other = operations_find_alive(operations, asked->lvid, !asked->abort);
	struct request *request;

	if (has_other_plugin(operation, terms) || has_other_plugin(other, terms)) {
		terms_release(terms);
		return OPERATIONS_DIFFERENT;
	}
	if (!operation && !can_begin_abort(operations, terms)) {
		terms_release(terms);
		return OPERATIONS_NOT_EXECUTABLE;
	}
	request = stores_add(operations, terms, waiter);
	if (!request)
		return OPERATIONS_NO_MEMORY;
	if (!operation)
		return begin_new(operations, request, waiter);
	operation_join(operation, request);
	begin_again(operation);
	lifecycle_settle(operations);
	return OPERATIONS_ACCEPTED;
}

enum operations_answer operations_begin(
	struct operations *operations, struct terms *terms, struct waiter *waiter)
{
	struct operation *operation = NULL;
	enum existing existing;

	operations_step_aside(operations, terms);
	existing = stores_find_existing(operations, terms, waiter, &operation);
	if (existing == EXISTING_NONE)
		return begin_request(operations, terms, waiter);
	terms_release(terms);
	if (operation)
		begin_again(operation);
	lifecycle_settle(operations);
	return existing == EXISTING_SAME ? OPERATIONS_ACCEPTED : OPERATIONS_DIFFERENT;
}
