/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever asks after an operation is told. */
#include "config.h"

#include "lifecycle/operations.h"
#include "lvm/lvpoll.h"
#include "monitor/monitor.h"
#include "lifecycle/operation.h"
#include "lifecycle/report.h"

/*
 * An operation of which lvm could not be executed even once stays in flight; but whoever asks hears
 * what stock's daemon tells of it, which lvm2 explains to its user, and need not wait.
 */
static bool is_unexecutable(const struct volume *volume)
{
	return volume->is_unexecutable && !volume->has_begun;
}

static struct operation_report make_report(struct volume *volume)
{
	struct operation_report report;

	volume_lock(volume);
	report.standing = volume_is_in_progress_locked(volume) ? OPERATION_IN_PROGRESS
			  : volume->state == VOLUME_FINISHED   ? OPERATION_FINISHED
							       : OPERATION_FAILED;
	report.result = volume->result;
	report.progress = volume->progress;
	volume_unlock(volume);
	if (report.standing == OPERATION_IN_PROGRESS && is_unexecutable(volume)) {
		report.standing = OPERATION_FINISHED;
		report.result = (struct volume_result){.value = LVPOLL_STATUS_NOT_EXECUTABLE};
	}
	return report;
}

/* Once handed out, a result is there for those who wait, each of whom gets it once. */
static void forget_if_collected_locked(struct store *store, struct volume *volume)
	REQUIRES(store_role)
{
	if (volume->is_handed_out && TAILQ_EMPTY(&volume->waits))
		store_remove_locked(store, volume);
}

static struct operation_report hand_out_locked(
	struct store *store, struct volume *volume, struct waiter *waiter) REQUIRES(store_role)
{
	struct operation_report report = make_report(volume);

	if (!waiters_remove(volume, waiter) && volume->is_handed_out)
		return (struct operation_report){.standing = OPERATION_NOT_FOUND};
	volume->is_handed_out = true;
	forget_if_collected_locked(store, volume);
	return report;
}

struct operation_report operation_collect(struct operations *operations, const char *identifier,
	bool abort_store, struct waiter *waiter)
{
	struct store *store = operations_store(operations, abort_store);
	struct operation_report report = {.standing = OPERATION_NOT_FOUND};
	struct volume *volume;

	store_lock(store);
	volume = store_find_locked(store, identifier);
	if (volume && volume_is_in_progress(volume)) {
		report = make_report(volume);
		if (report.standing == OPERATION_IN_PROGRESS)
			waiters_add(volume, waiter);
		else
			waiters_remove(volume, waiter);
		if (operations->monitor)
			monitor_refresh_locked(operations->monitor, volume);
	} else if (volume) {
		report = hand_out_locked(store, volume, waiter);
	}
	store_unlock(store);
	return report;
}

void operation_forget_waiter(struct operations *operations, struct waiter *waiter)
{
	struct volume *volume;

	while ((volume = waiter_take_volume(waiter))) {
		struct store *store =
			operations_store(operations, volume->request->parameters.abort);

		store_lock(store);
		forget_if_collected_locked(store, volume);
		store_unlock(store);
	}
}
