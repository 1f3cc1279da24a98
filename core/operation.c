/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of an operation, from the request to the result. */
#include "config.h"

#include <errno.h>
#include <signal.h>

#include "daemon.h"
#include "idle.h"
#include "log.h"
#include "operation.h"
#include "plugins.h"

static const struct lvpoll_callbacks lvpoll_callbacks;

static struct store *store_of(struct daemon *daemon, bool abort)
{
	return abort ? &daemon->aborts : &daemon->polling;
}

/* The operation is over, and what is told about it is in the volume. */
static void settle(struct daemon *daemon, struct volume *volume)
{
	struct store *store = store_of(daemon, volume->request->operation.abort);

	store_lock(store);
	store_add_finished_locked(store, volume);
	store_unlock(store);
	daemon->in_flight--;
	idle_update(daemon);
}

static void finish(struct daemon *daemon, struct volume *volume, struct volume_result result)
{
	volume_lock(volume);
	volume_set_finished_locked(volume, result);
	volume_unlock(volume);
	settle(daemon, volume);
}

static void fail(struct daemon *daemon, struct volume *volume)
{
	volume_lock(volume);
	volume_set_state_locked(volume, VOLUME_FAILED);
	volume_unlock(volume);
	settle(daemon, volume);
}

static void on_lvpoll_progressed(struct daemon *daemon, struct volume *volume)
{
	(void)daemon;
	(void)volume;
}

/*
 * The abort did not succeed: the operation that it was to end still exists in kernel and metadata,
 * and somebody must see it through.
 */
static void resume_displaced(struct daemon *daemon, struct volume *abort_volume)
{
	struct log_subject subject = volume_subject(abort_volume);
	struct volume_request *displaced = abort_volume->displaced;

	abort_volume->displaced = NULL;
	log_write_subject(LOG_LEVEL_WARN, &subject,
		"the abort did not succeed: the operation is polled again");
	if (operation_begin(daemon, displaced) != OPERATION_ACCEPTED)
		log_write_subject(LOG_LEVEL_ERROR, &subject,
			"the operation could not be polled again; \"lvchange --poll y\" takes it up");
}

static void on_lvpoll_ended(struct daemon *daemon, struct volume *volume,
	enum lvpoll_ending ending, struct process_end end, bool was_terminated)
{
	struct volume_result result = {.by_signal = end.by_signal, .value = end.value};
	bool succeeded = ending == LVPOLL_ENDED && !end.by_signal && end.value == 0;

	(void)was_terminated;
	if (volume->displaced && !succeeded && !daemon->is_stopping)
		resume_displaced(daemon, volume);
	if (ending == LVPOLL_SILENT)
		fail(daemon, volume);
	else
		finish(daemon, volume, result);
}

static const struct lvpoll_callbacks lvpoll_callbacks = {
	.progressed = on_lvpoll_progressed,
	.ended = on_lvpoll_ended,
};

/* Starts the lvpoll of VOLUME. Returns 0 also where lvm cannot be executed: that is a result. */
static int start_lvpoll(struct daemon *daemon, struct volume *volume)
{
	struct log_subject subject = volume_subject(volume);
	struct lvmpolld_error error;
	int result = lvpoll_start(daemon, volume, &lvpoll_callbacks, &error);

	if (result < 0)
		log_write_subject(LOG_LEVEL_ERROR, &subject, "%s", error.sentence);
	if (result == -ENOEXEC) {
		finish(daemon, volume,
			(struct volume_result){.value = LVPOLL_STATUS_NOT_EXECUTABLE});
		return 0;
	}
	if (result < 0)
		return result;
	volume_lock(volume);
	volume_set_state_locked(volume, VOLUME_STEPPING);
	volume_unlock(volume);
	return 0;
}

/*
 * A pvmove that is aborted is no longer polled, and whoever waits for it is told so at once. It is
 * remembered, for an abort may fail.
 */
static void displace_aborted(struct daemon *daemon, struct volume *abort_volume)
{
	struct volume *volume;
	bool in_progress = false;

	store_lock(&daemon->polling);
	volume = store_find_locked(&daemon->polling, abort_volume->request->identifier);
	if (volume) {
		volume_lock(volume);
		in_progress = volume_is_in_progress_locked(volume);
		volume_unlock(volume);
	}
	store_unlock(&daemon->polling);
	if (!in_progress)
		return;
	abort_volume->displaced = volume_request_copy(volume->request);
	if (volume->lvpoll)
		lvpoll_terminate(volume->lvpoll);
	else
		finish(daemon, volume, (struct volume_result){.by_signal = true, .value = SIGTERM});
}

/* What a request finds under its identifier. */
enum encounter { ENCOUNTER_NONE, ENCOUNTER_SAME, ENCOUNTER_DIFFERENT };

/* Counts a repeated request; drops an uncollected result, which a new request replaces. */
static enum encounter encounter_locked(struct store *store, const struct volume_request *request)
	REQUIRES(store_role)
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
	return volume->request->plugin == request->plugin ? ENCOUNTER_SAME : ENCOUNTER_DIFFERENT;
}

static enum operation_answer begin_new(struct daemon *daemon, struct volume *volume)
{
	struct store *store = store_of(daemon, volume->request->operation.abort);

	daemon->in_flight++;
	if (volume->request->operation.abort)
		displace_aborted(daemon, volume);
	if (start_lvpoll(daemon, volume) < 0) {
		if (volume->displaced)
			resume_displaced(daemon, volume);
		daemon->in_flight--;
		store_lock(store);
		store_remove_locked(store, volume);
		store_unlock(store);
		return OPERATION_NO_MEMORY;
	}
	return OPERATION_ACCEPTED;
}

enum operation_answer operation_begin(struct daemon *daemon, struct volume_request *request)
{
	struct store *store = store_of(daemon, request->operation.abort);
	struct volume *volume;
	enum encounter encounter;
	enum operation_answer answer;

	store_lock(store);
	encounter = encounter_locked(store, request);
	volume = encounter == ENCOUNTER_NONE ? volume_new(request) : NULL;
	if (volume && store_add_locked(store, volume) < 0) {
		volume_free(volume);
		volume = NULL;
		request = NULL;
	}
	store_unlock(store);
	if (!volume) {
		volume_request_free(request);
		if (encounter == ENCOUNTER_NONE)
			return OPERATION_NO_MEMORY;
		return encounter == ENCOUNTER_SAME ? OPERATION_ACCEPTED : OPERATION_DIFFERENT;
	}
	answer = begin_new(daemon, volume);
	idle_update(daemon);
	return answer;
}

struct operation_report operation_collect(
	struct daemon *daemon, const char *identifier, bool abort_store)
{
	struct store *store = store_of(daemon, abort_store);
	struct operation_report report = {.standing = OPERATION_NOT_FOUND};
	struct volume *volume;

	store_lock(store);
	volume = store_find_locked(store, identifier);
	if (volume) {
		volume_lock(volume);
		report.standing = volume_is_in_progress_locked(volume) ? OPERATION_IN_PROGRESS
				  : volume->state == VOLUME_FINISHED   ? OPERATION_FINISHED
								       : OPERATION_FAILED;
		report.result = volume->result;
		report.progress = volume->progress;
		volume_unlock(volume);
		if (report.standing != OPERATION_IN_PROGRESS)
			store_remove_locked(store, volume);
	}
	store_unlock(store);
	return report;
}

static void terminate_in_store(struct store *store)
{
	struct volume *volume;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->volumes, link)
		if (volume->lvpoll)
			lvpoll_terminate(volume->lvpoll);
	store_unlock(store);
}

void operation_terminate_all(struct daemon *daemon)
{
	terminate_in_store(&daemon->polling);
	terminate_in_store(&daemon->aborts);
}

static bool any_lvpoll_in_store(struct store *store)
{
	struct volume *volume;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->volumes, link)
		if (volume->lvpoll)
			break;
	store_unlock(store);
	return volume != NULL;
}

bool operation_any_lvpoll(struct daemon *daemon)
{
	return any_lvpoll_in_store(&daemon->polling) || any_lvpoll_in_store(&daemon->aborts);
}
