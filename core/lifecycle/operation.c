/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of an operation, from the request to the result. */
#include "config.h"

#include <errno.h>
#include <signal.h>

#include <event2/event.h>

#include "lifecycle/operations.h"
#include "lvm/devices.h"
#include "log/log.h"
#include "lvm/lvpoll.h"
#include "lifecycle/operation.h"
#include "lifecycle/resume.h"
#include "lifecycle/operation_log.h"
#include "loader/plugins.h"
#include "lifecycle/recording.h"
#include "lifecycle/results.h"
#include "lifecycle/steps.h"
#include "lifecycle/turns.h"
#include "records/aside.h"
#include "util/boot.h"

/*
 * The abort failed before the lvpoll of the operation that it was to end has ended: that goes on.
 * Returns false where the operation is over.
 */
static bool take_back(struct operations *operations, const struct volume_request *displaced)
{
	struct volume *volume;

	store_lock(&operations->polling);
	volume = store_find_locked(&operations->polling, displaced->identifier);
	store_unlock(&operations->polling);
	if (!volume || !volume->is_displaced || !volume_is_in_progress(volume))
		return false;
	volume->is_displaced = false;
	recording_write(operations, volume, volume->recorded_command);
	return true;
}

static enum operation_answer begin(struct operations *operations, struct volume_request *request,
	struct waiter *waiter, bool was_in_flight);

/*
 * The abort did not succeed: the operation that it was to end still exists in kernel and metadata,
 * and somebody must see it through.
 */
static void resume_displaced(struct operations *operations, struct volume *abort_volume)
{
	struct log_subject subject = volume_subject(abort_volume);
	struct volume_request *displaced = abort_volume->displaced;

	abort_volume->displaced = NULL;
	log_write_subject(LOG_LEVEL_WARN, &subject,
		"the abort did not succeed: the operation is polled again");
	if (take_back(operations, displaced))
		volume_request_free(displaced);
	else if (begin(operations, displaced, NULL, true) != OPERATION_ACCEPTED)
		log_write_subject(LOG_LEVEL_ERROR, &subject,
			"the operation could not be polled again: out of memory; the next "
			"daemon, or \"lvchange --poll y\", takes it up");
}

/*
 * The abort is over: with it, where it succeeded, the operation that it was to end. lvpoll exits
 * with 0 also where it could not find the volume, as after a renaming.
 */
static void settle_aborted(
	struct operations *operations, struct volume *abort_volume, bool succeeded)
{
	char device[DEVICES_NAME_SIZE];
	const struct lvmpolld_request *request = &abort_volume->request->parameters;
	bool is_ended = succeeded && !devices_find_volume(request->lvid, device);

	if (is_ended)
		record_forget_refused(&operations->records, request);
	if (is_ended && abort_volume->displaced)
		recording_remove(operations, &abort_volume->displaced->parameters);
	else if (abort_volume->displaced)
		resume_displaced(operations, abort_volume);
}

static bool is_abort_in_progress(struct operations *operations, const char *identifier)
{
	struct volume *abort_volume;

	store_lock(&operations->aborts);
	abort_volume = store_find_locked(&operations->aborts, identifier);
	store_unlock(&operations->aborts);
	return abort_volume && volume_is_in_progress(abort_volume);
}

/* VOLUME is no longer in flight; its record is another matter. */
static void leave_flight(struct operations *operations, struct volume *volume)
{
	if (volume->pause)
		event_free(volume->pause);
	volume->pause = NULL;
	operations->in_flight--;
	if (volume->is_record_stale)
		operations->stale_records--;
	volume->is_record_stale = false;
}

/* The operation is over, and what is told about it is in the volume. */
static void settle(
	struct operations *operations, struct volume *volume, bool succeeded, bool is_in_doubt)
{
	struct store *store = operations_store(operations, volume->request->parameters.abort);

	leave_flight(operations, volume);
	/* What a daemon leaves in flight when it ends is not over. */
	if (!operations->is_stopping)
		operation_log_end(volume);
	store_lock(store);
	store_unwatch_locked(store, volume);
	store_add_finished_locked(store, volume);
	store_unlock(store);
	/* A daemon that ends leaves the rest to the next one; an aborted one, to its abort. */
	if (!operations->is_stopping && !is_in_doubt &&
		!(volume->is_displaced &&
			is_abort_in_progress(operations, volume->request->identifier)))
		recording_remove(operations, &volume->request->parameters);
	if (volume->request->parameters.abort && !operations->is_stopping)
		settle_aborted(operations, volume, succeeded);
	results_limit(operations);
	operations_changed(operations);
}

void operation_finish(
	struct operations *operations, struct volume *volume, struct volume_result result)
{
	volume_lock(volume);
	volume_set_finished_locked(volume, result);
	volume_unlock(volume);
	settle(operations, volume, !result.by_signal && result.value == 0, false);
}

static void fail(struct operations *operations, struct volume *volume, bool is_in_doubt)
{
	scheduler_remove(&operations->scheduler, volume);
	volume_lock(volume);
	volume_set_state_locked(volume, VOLUME_FAILED);
	volume_unlock(volume);
	settle(operations, volume, false, is_in_doubt);
}

void operation_fail(struct operations *operations, struct volume *volume)
{
	fail(operations, volume, false);
}

void operation_fail_in_doubt(struct operations *operations, struct volume *volume)
{
	fail(operations, volume, true);
}

/*
 * A pvmove that is aborted is no longer polled, and whoever waits for it is told so at once. It is
 * remembered, for an abort may fail. Returns 0, or -ENOMEM where it cannot be, and goes on.
 */
static int displace_aborted(struct operations *operations, struct volume *abort_volume)
{
	struct volume *volume;
	bool in_progress = false;

	store_lock(&operations->polling);
	volume = store_find_locked(&operations->polling, abort_volume->request->identifier);
	if (volume) {
		volume_lock(volume);
		/* An operation of another kind under the same identifier is not what is aborted. */
		in_progress = volume_is_in_progress_locked(volume) &&
			      volume->request->plugin == abort_volume->request->plugin;
		volume_unlock(volume);
	}
	store_unlock(&operations->polling);
	if (!in_progress)
		return 0;
	abort_volume->displaced = volume_request_copy(volume->request);
	if (!abort_volume->displaced)
		return -ENOMEM;
	volume->is_displaced = true;
	recording_write(operations, volume, volume->recorded_command);
	if (steps_end(operations, volume))
		operation_finish(operations, volume,
			(struct volume_result){.by_signal = true, .value = SIGTERM});
	return 0;
}

/* Whoever waits for a move is not told of an abort that cannot be begun. */
static int prepare_abort(struct operations *operations, struct volume *abort_volume)
{
	struct lvmpolld_error error;

	if (lvpoll_check_binary(operations->configuration->lvm_binary, &error) == 0)
		return displace_aborted(operations, abort_volume);
	log_volume(LOG_LEVEL_ERROR, abort_volume, "the abort is refused: %s", error.sentence);
	return -ENOEXEC;
}

/* What a request finds under its identifier. */
enum encounter { ENCOUNTER_NONE, ENCOUNTER_SAME, ENCOUNTER_DIFFERENT };

/* Counts a repeated request; drops an uncollected result, which a new request replaces. */
static enum encounter encounter_locked(struct store *store, const struct volume_request *request,
	struct waiter *waiter) REQUIRES(store_role)
{
	struct volume *volume = store_find_locked(store, request->identifier);
	bool in_progress;

	if (!volume)
		return ENCOUNTER_NONE;
	volume_lock(volume);
	in_progress = volume_is_in_progress_locked(volume);
	if (in_progress && volume->request->plugin == request->plugin)
		volume->request_count++;
	volume_unlock(volume);
	if (!in_progress) {
		store_remove_locked(store, volume);
		return ENCOUNTER_NONE;
	}
	if (volume->request->plugin != request->plugin)
		return ENCOUNTER_DIFFERENT;
	waiters_add(volume, waiter);
	turns_hurry(volume->operations, volume);
	return ENCOUNTER_SAME;
}

/* What could not be started was never accepted: it leaves no result, and no trace. */
static void refuse(struct operations *operations, struct volume *volume)
{
	struct store *store = operations_store(operations, volume->request->parameters.abort);

	leave_flight(operations, volume);
	recording_remove(operations, &volume->request->parameters);
	if (volume->displaced)
		resume_displaced(operations, volume);
	store_lock(store);
	store_remove_locked(store, volume);
	store_unlock(store);
}

/* What was accepted once is not refused where it cannot be started now: that is tried again. */
static int set_going(struct operations *operations, struct volume *volume, bool was_in_flight)
{
	static const struct resume_info nothing = {.outputs = {-1, -1}};

	if (!was_in_flight)
		return steps_begin(operations, volume);
	steps_resume(operations, volume, &nothing);
	return 0;
}

/* VOLUME is held: it may be finished, and its result dropped for others, before this returns. */
static enum operation_answer begin_new(
	struct operations *operations, struct volume *volume, bool was_in_flight)
{
	int result = 0;

	operations->in_flight++;
	if (!was_in_flight && volume->request->parameters.interval[0] == '+')
		volume->not_before_ms =
			boot_clock_ms() + (int64_t)volume->request->interval_s * 1000;
	/* Of one that goes on where its abort did not succeed the log has told that. */
	if (!was_in_flight)
		operation_log_begin(volume);
	if (!volume->request->parameters.abort &&
		record_is_refused(&operations->records, &volume->request->parameters)) {
		log_volume(LOG_LEVEL_ERROR, volume,
			"it was given up since going on would lose data, and is not taken "
			"up again: abort it");
		operation_fail(operations, volume);
		return OPERATION_ACCEPTED;
	}
	recording_write(operations, volume, RECORD_NO_COMMAND);
	if (volume->request->parameters.abort)
		result = prepare_abort(operations, volume);
	if (result == 0)
		result = set_going(operations, volume, was_in_flight);
	if (result == 0)
		return OPERATION_ACCEPTED;
	if (!was_in_flight)
		operation_log_refused(volume);
	refuse(operations, volume);
	return result == -ENOEXEC ? OPERATION_NOT_EXECUTABLE : OPERATION_NO_MEMORY;
}

static enum operation_answer begin(struct operations *operations, struct volume_request *request,
	struct waiter *waiter, bool was_in_flight)
{
	struct store *store = operations_store(operations, request->parameters.abort);
	struct volume *volume;
	enum encounter encounter;
	enum operation_answer answer;

	store_lock(store);
	encounter = encounter_locked(store, request, waiter);
	volume = encounter == ENCOUNTER_NONE ? volume_new(request) : NULL;
	if (volume && store_add_locked(store, volume) < 0) {
		volume_free(volume);
		volume = NULL;
		request = NULL;
	}
	if (volume) {
		waiters_add(volume, waiter);
		store_begin_look_locked(store, volume);
	}
	store_unlock(store);
	if (!volume) {
		volume_request_free(request);
		if (encounter == ENCOUNTER_NONE)
			return OPERATION_NO_MEMORY;
		return encounter == ENCOUNTER_SAME ? OPERATION_ACCEPTED : OPERATION_DIFFERENT;
	}
	answer = begin_new(operations, volume, was_in_flight);
	store_lock(store);
	store_end_look_locked(store, volume);
	store_unlock(store);
	operations_changed(operations);
	return answer;
}

enum operation_answer operation_begin(
	struct operations *operations, struct volume_request *request, struct waiter *waiter)
{
	return begin(operations, request, waiter, false);
}

void operation_for_each_in_progress(struct operations *operations,
	void (*act)(struct operations *operations, struct volume *volume))
{
	struct store *stores[] = {&operations->polling, &operations->aborts};

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		struct volume *volume, *next;

		store_lock(stores[i]);
		volume = TAILQ_FIRST(&stores[i]->volumes);
		store_unlock(stores[i]);
		/* Only this thread adds and removes, and ACT does not remove. */
		for (; volume; volume = next) {
			next = TAILQ_NEXT(volume, link);
			if (volume->pause)
				act(operations, volume);
		}
	}
}

static void end_one(struct operations *operations, struct volume *volume)
{
	steps_end(operations, volume);
}

void operation_end_all(struct operations *operations)
{
	operation_for_each_in_progress(operations, end_one);
}

bool operation_any_lvpoll(struct operations *operations)
{
	return operations->scheduler.running > 0;
}

static void forget_lvpoll(struct operations *operations, struct volume *volume)
{
	if (volume->lvpoll)
		lvpoll_free(volume->lvpoll);
	scheduler_remove(&operations->scheduler, volume);
	event_free(volume->pause);
	volume->pause = NULL;
}

void operation_forget_lvpolls(struct operations *operations)
{
	operation_for_each_in_progress(operations, forget_lvpoll);
}
