/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests in their stores: found, added, dropped. */
#include "config.h"

#include "lifecycle/stores.h"
#include "log/log.h"
#include "operation/operation.h"
#include "operation/waiters.h"

/* A request that was told its end stays in the store until a new one takes its place. */
enum existing stores_find_existing(struct operations *operations, const struct terms *terms,
	struct waiter *waiter, struct operation **operation)
{
	struct store *store = operations_store(operations, terms->asked.abort);
	enum existing existing = EXISTING_NONE;
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, terms->identifier);
	if (request && request_get_standing(request) != REQUEST_IN_PROGRESS)
		request = NULL;
	if (request && request->terms->plugin != terms->plugin) {
		existing = EXISTING_DIFFERENT;
	} else if (request) {
		request_lock(request);
		request->count++;
		request_unlock(request);
		waiters_add(request, waiter);
		*operation = request->operation;
		existing = EXISTING_SAME;
	}
	store_unlock(store);
	return existing;
}

struct request *stores_add(
	struct operations *operations, struct terms *terms, struct waiter *waiter)
{
	struct store *store = operations_store(operations, terms->asked.abort);
	struct request *request = request_new(terms), *former;
	int result;

	if (!request) {
		terms_release(terms);
		return NULL;
	}
	store_lock(store);
	former = store_find_locked(store, terms->identifier);
	if (former) {
		waiters_move(former, request);
		store_remove_locked(store, former);
	}
	result = store_add_locked(store, request);
	if (result == 0)
		waiters_add(request, waiter);
	else
		waiters_clear(request);
	store_unlock(store);
	if (result == 0)
		return request;
	request_free(request);
	return NULL;
}

void stores_drop_refused(
	struct operations *operations, struct request *request, struct waiter *waiter)
{
	struct store *store = operations_store(operations, request->terms->asked.abort);

	store_lock(store);
	waiters_remove(request, waiter);
	if (TAILQ_EMPTY(&request->waits)) {
		store_remove_locked(store, request);
	} else if (request_get_standing(request) == REQUEST_IN_PROGRESS) {
		operation_leave(request);
		request_tell(request, REQUEST_FAILED, (struct request_result){0});
		store_add_told_locked(store, request);
	}
	store_unlock(store);
}

struct request *stores_find(struct operations *operations, const struct terms *terms)
{
	struct store *store = operations_store(operations, terms->asked.abort);
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, terms->identifier);
	store_unlock(store);
	return request;
}
