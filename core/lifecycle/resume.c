/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with operations of a former daemon, or of the program before an upgrade. */
#include "config.h"

#include <errno.h>

#include "lifecycle/operations.h"
#include "log/log.h"
#include "lifecycle/operation.h"
#include "lifecycle/recording.h"
#include "lifecycle/steps.h"
#include "lifecycle/resume.h"

/* The abort of IDENTIFIER that is under way, or NULL. */
static struct volume *find_abort(struct operations *operations, const char *identifier)
{
	struct volume *volume;
	bool is_in_progress = false;

	store_lock(&operations->aborts);
	volume = store_find_locked(&operations->aborts, identifier);
	if (volume) {
		volume_lock(volume);
		is_in_progress = volume_is_in_progress_locked(volume);
		volume_unlock(volume);
	}
	store_unlock(&operations->aborts);
	return is_in_progress ? volume : NULL;
}

void operation_resume_displaced(struct operations *operations, struct volume_request *request)
{
	struct volume *abort_volume = find_abort(operations, request->identifier);

	if (abort_volume && !abort_volume->displaced)
		abort_volume->displaced = request;
	else
		volume_request_free(request);
}

/* REQUEST has an lvpoll, or a result, beside ABORT_VOLUME. Returns false where that is all. */
static bool remember_displaced(struct volume *abort_volume, const struct volume_request *request)
{
	if (!abort_volume->displaced)
		abort_volume->displaced = volume_request_copy(request);
	if (!abort_volume->displaced)
		log_error("%s/%s: where its abort fails, it is not polled again: out of memory",
			request->parameters.vg_name, request->parameters.lv_name);
	return abort_volume->displaced;
}

static void resume_result(
	struct operations *operations, struct volume *volume, const struct resume_info *info)
{
	struct store *store = operations_store(operations, volume->request->parameters.abort);

	volume_lock(volume);
	if (info->is_failed)
		volume_set_state_locked(volume, VOLUME_FAILED);
	else
		volume_set_finished_locked(volume, info->result);
	volume_unlock(volume);
	store_lock(store);
	store_restore_finished_locked(store, volume, info->finished_at_s);
	store_unlock(store);
}

/* Adds a volume for REQUEST, which is freed where that fails. Of what is over there is no record.
 */
static struct volume *add_volume(
	struct operations *operations, struct volume_request *request, bool is_over)
{
	struct store *store = operations_store(operations, request->parameters.abort);
	struct volume *volume = volume_new(request);
	int result;

	store_lock(store);
	result = volume ? store_add_locked(store, volume) : -ENOMEM;
	store_unlock(store);
	if (result == 0)
		return volume;
	log_fatal("%s/%s %s", request->parameters.vg_name, request->parameters.lv_name,
		is_over ? "has ended, and its result is lost: out of memory"
			: "was in flight and cannot be taken up: out of memory; the record stays");
	if (volume)
		volume_free(volume);
	else
		volume_request_free(request);
	return NULL;
}

static void resume_what_is_told(struct volume *volume, const struct resume_info *info)
{
	volume->last_pid = info->last_pid;
	volume->not_before_ms = info->not_before_ms;
	/* Else it begins now, as far as anybody knows. */
	if (info->begun_ms > 0 && info->begun_ms < volume->begun_ms)
		volume->begun_ms = info->begun_ms;
	volume->is_handed_out = info->is_handed_out;
	volume_lock(volume);
	volume->request_count = info->request_count;
	if (info->progress.struct_size > 0)
		volume->progress = info->progress;
	volume_unlock(volume);
}

void operation_resume(struct operations *operations, struct volume_request *request,
	const struct resume_info *info)
{
	bool is_over = info->is_finished || info->is_failed;
	/*
	 * Where the abort is over without having ended it, it is an operation like any other. A
	 * record knows less of that than an upgrade: there, what was not taken back is aborted.
	 */
	struct volume *abort_volume =
		info->is_displaced ? find_abort(operations, request->identifier) : NULL;
	bool is_displaced = info->is_displaced && (abort_volume || info->is_child);
	struct volume *volume;

	if (is_displaced && info->pid == 0 && !is_over) {
		operation_resume_displaced(operations, request);
		return;
	}
	if (abort_volume && !remember_displaced(abort_volume, request))
		is_displaced = info->is_child;
	volume = add_volume(operations, request, is_over);
	if (!volume)
		return;
	volume->is_displaced = is_displaced;
	resume_what_is_told(volume, info);
	if (is_over) {
		resume_result(operations, volume, info);
		return;
	}
	operations->in_flight++;
	if (info->is_record_stale)
		recording_write(operations, volume, RECORD_NO_COMMAND);
	log_volume(LOG_LEVEL_NOTICE, volume, "%sgoes on: taken up from a former daemon",
		volume->request->parameters.abort ? "its abort " : "");
	steps_resume(operations, volume, info);
}
