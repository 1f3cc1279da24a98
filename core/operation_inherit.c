/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with operations of a former daemon, or of the program before an upgrade. */
#include "config.h"

#include <errno.h>

#include "daemon.h"
#include "log.h"
#include "operation.h"
#include "recording.h"
#include "steps.h"

bool operation_inherit_displaced(struct daemon *daemon, const struct volume_request *request)
{
	struct volume *abort_volume;
	bool is_in_progress = false;

	store_lock(&daemon->aborts);
	abort_volume = store_find_locked(&daemon->aborts, request->identifier);
	if (abort_volume) {
		volume_lock(abort_volume);
		is_in_progress = volume_is_in_progress_locked(abort_volume);
		volume_unlock(abort_volume);
	}
	store_unlock(&daemon->aborts);
	if (is_in_progress && !abort_volume->displaced)
		abort_volume->displaced = volume_request_copy(request);
	return is_in_progress && abort_volume->displaced;
}

static void inherit_result(struct daemon *daemon, struct volume *volume,
	const struct operation_inheritance *inheritance)
{
	struct store *store = daemon_store(daemon, volume->request->operation.abort);

	volume_lock(volume);
	if (inheritance->is_failed)
		volume_set_state_locked(volume, VOLUME_FAILED);
	else
		volume_set_finished_locked(volume, inheritance->result);
	volume_unlock(volume);
	store_lock(store);
	store_restore_finished_locked(store, volume, inheritance->finished_at_s);
	store_unlock(store);
}

/* Adds a volume for REQUEST, which is freed where that fails. */
static struct volume *add_volume(struct daemon *daemon, struct volume_request *request)
{
	struct store *store = daemon_store(daemon, request->operation.abort);
	struct volume *volume = volume_new(request);
	int result;

	store_lock(store);
	result = volume ? store_add_locked(store, volume) : -ENOMEM;
	store_unlock(store);
	if (result == 0)
		return volume;
	log_fatal("%s/%s was in flight and cannot be taken up: out of memory; the record stays",
		request->operation.vg_name, request->operation.lv_name);
	if (volume)
		volume_free(volume);
	else
		volume_request_free(request);
	return NULL;
}

static void inherit_what_is_told(
	struct volume *volume, const struct operation_inheritance *inheritance)
{
	volume->last_pid = inheritance->last_pid;
	volume->is_handed_out = inheritance->is_handed_out;
	volume_lock(volume);
	volume->request_count = inheritance->request_count;
	if (inheritance->progress.struct_size > 0)
		volume->progress = inheritance->progress;
	volume_unlock(volume);
}

void operation_inherit(struct daemon *daemon, struct volume_request *request,
	const struct operation_inheritance *inheritance)
{
	bool is_over = inheritance->is_finished || inheritance->is_failed;
	/*
	 * Where the abort is over without having ended it, it is an operation like any other. A
	 * record knows less of that than an upgrade: there, what was not taken back is aborted.
	 */
	bool is_displaced = inheritance->is_displaced &&
			    (operation_inherit_displaced(daemon, request) || inheritance->is_child);
	struct volume *volume;

	if (is_displaced && inheritance->pid == 0 && !is_over) {
		volume_request_free(request);
		return;
	}
	volume = add_volume(daemon, request);
	if (!volume)
		return;
	volume->is_displaced = is_displaced;
	inherit_what_is_told(volume, inheritance);
	if (is_over) {
		inherit_result(daemon, volume, inheritance);
		return;
	}
	daemon->in_flight++;
	if (inheritance->is_record_stale)
		recording_write(daemon, volume, RECORD_NO_COMMAND);
	log_volume(LOG_LEVEL_INFO, volume, "taken up from a former daemon");
	steps_resume(daemon, volume, inheritance);
}
