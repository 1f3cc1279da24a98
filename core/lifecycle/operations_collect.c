/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clients are told about a request. */
#include "config.h"

#include "lifecycle/operations_collect.h"
#include "lifecycle/result_expiry.h"
#include "log/log.h"
#include "monitor/monitor.h"
#include "records/unusable.h"

static bool is_good(const struct collected *collected)
{
	return collected->standing == REQUEST_FINISHED && !collected->result.by_signal &&
	       collected->result.value == 0;
}

static struct collected collected_of(struct request *request)
{
	struct collected collected = {.is_found = true};

	request_lock(request);
	collected.standing = request->standing;
	collected.result = request->result;
	request_unlock(request);
	return collected;
}

/* A success that was told is kept for the other waiters, each of whom hears it once. */
static void drop_if_collected_locked(struct store *store, struct request *request)
	REQUIRES(store_role)
{
	struct collected collected = collected_of(request);

	if (request->is_collected && is_good(&collected) && TAILQ_EMPTY(&request->waits) &&
		!request->operation)
		store_remove_locked(store, request);
}

static struct collected collect_locked(
	struct store *store, struct request *request, struct waiter *waiter) REQUIRES(store_role)
{
	struct collected collected = collected_of(request);

	if (!waiters_remove(request, waiter) && request->is_collected && is_good(&collected))
		return (struct collected){0};
	request->is_collected = true;
	drop_if_collected_locked(store, request);
	return collected;
}

/* A client that may not take results leaves the result to the waiters. */
static struct collected look_locked(
	struct store *store, struct request *request, struct waiter *waiter) REQUIRES(store_role)
{
	struct collected collected = collected_of(request);

	waiters_remove(request, waiter);
	drop_if_collected_locked(store, request);
	return collected;
}

static void refresh(struct operations *operations, const struct operation *operation)
{
	if (operations->monitor && operation && operation->is_watchable)
		monitor_refresh(operations->monitor, operation->device);
}

/* An operation was in flight, and its state is not known: lvm2 takes "not found" for a success. */
static struct collected collect_unusable(
	const struct operations *operations, const char *identifier, bool is_abort)
{
	const char *lvid = terms_lvid_in(identifier);

	if (!record_is_unusable(&operations->records, lvid, is_abort))
		return (struct collected){0};
	log_warn("%s: its record could not be used, so its state is not known: clients hear that "
		 "it failed, until it is begun anew (\"vgchange --poll y\")",
		lvid);
	return (struct collected){.is_found = true, .standing = REQUEST_FAILED};
}

struct collected operations_collect(struct operations *operations, const char *identifier,
	bool is_abort, struct waiter *waiter, bool may_take)
{
	struct store *store = operations_store(operations, is_abort);
	struct collected collected = {0};
	const struct operation *operation = NULL;
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, identifier);
	if (request && request_get_standing(request) == REQUEST_IN_PROGRESS) {
		collected = collected_of(request);
		waiters_add(request, waiter);
		operation = request->operation;
	} else if (request) {
		collected = may_take ? collect_locked(store, request, waiter)
				     : look_locked(store, request, waiter);
	}
	store_unlock(store);
	refresh(operations, operation);
	if (!collected.is_found)
		collected = collect_unusable(operations, identifier, is_abort);
	return collected;
}

void operations_forget_waiter(struct operations *operations, struct waiter *waiter)
{
	struct request *request;
	bool was_any = false;

	while ((request = waiter_take_request(waiter))) {
		struct store *store = operations_store(operations, request->terms->asked.abort);

		store_lock(store);
		drop_if_collected_locked(store, request);
		store_unlock(store);
		was_any = true;
	}
	/* A result without waiters counts towards limits.results. */
	if (was_any)
		results_expire(operations);
}
