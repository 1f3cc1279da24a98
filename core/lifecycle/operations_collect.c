/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clients are told about a request. */
#include "config.h"

#include "lifecycle/operations_collect.h"
#include "lifecycle/result_expiry.h"
#include "log/log.h"
#include "monitor/monitor.h"
#include "records/unusable.h"

static bool is_good(const struct operations_report *report)
{
	return report->standing == REQUEST_FINISHED && !report->result.by_signal &&
	       report->result.value == 0;
}

static struct operations_report make_report(struct request *request)
{
	struct operations_report report = {.is_found = true};

	request_lock(request);
	report.standing = request->standing;
	report.result = request->result;
	request_unlock(request);
	return report;
}

/* A success that was told is kept for the other waiters, each of whom hears it once. */
static void forget_if_collected_locked(struct store *store, struct request *request)
	REQUIRES(store_role)
{
	struct operations_report report = make_report(request);

	if (request->is_handed_out && is_good(&report) && TAILQ_EMPTY(&request->waits) &&
		!request->operation)
		store_remove_locked(store, request);
}

static struct operations_report hand_out_locked(
	struct store *store, struct request *request, struct waiter *waiter) REQUIRES(store_role)
{
	struct operations_report report = make_report(request);

	if (!waiters_remove(request, waiter) && request->is_handed_out && is_good(&report))
		return (struct operations_report){0};
	request->is_handed_out = true;
	forget_if_collected_locked(store, request);
	return report;
}

/* A client that may not take results leaves the result to the waiters. */
static struct operations_report look_locked(
	struct store *store, struct request *request, struct waiter *waiter) REQUIRES(store_role)
{
	struct operations_report report = make_report(request);

	waiters_remove(request, waiter);
	forget_if_collected_locked(store, request);
	return report;
}

static void refresh(struct operations *operations, const struct operation *operation)
{
	if (operations->monitor && operation && operation->is_watched)
		monitor_refresh(operations->monitor, operation->device);
}

/* An operation was in flight, and its state is not known: lvm2 takes "not found" for a success. */
static struct operations_report report_unusable(
	const struct operations *operations, const char *identifier, bool is_abort)
{
	const char *lvid = terms_lvid_in(identifier);

	if (!record_is_unusable(&operations->records, lvid, is_abort))
		return (struct operations_report){0};
	log_warn("%s: its record could not be used, so its state is not known: clients hear that "
		 "it failed, until it is begun anew (\"vgchange --poll y\")",
		lvid);
	return (struct operations_report){.is_found = true, .standing = REQUEST_FAILED};
}

struct operations_report operations_collect(struct operations *operations, const char *identifier,
	bool is_abort, struct waiter *waiter, bool may_take)
{
	struct store *store = operations_store(operations, is_abort);
	struct operations_report report = {0};
	const struct operation *operation = NULL;
	struct request *request;

	store_lock(store);
	request = store_find_locked(store, identifier);
	if (request && request_get_standing(request) == REQUEST_IN_PROGRESS) {
		report = make_report(request);
		waiters_add(request, waiter);
		operation = request->operation;
	} else if (request) {
		report = may_take ? hand_out_locked(store, request, waiter)
				  : look_locked(store, request, waiter);
	}
	store_unlock(store);
	refresh(operations, operation);
	if (!report.is_found)
		report = report_unusable(operations, identifier, is_abort);
	return report;
}

void operations_forget_waiter(struct operations *operations, struct waiter *waiter)
{
	struct request *request;
	bool was_any = false;

	while ((request = waiter_take_request(waiter))) {
		struct store *store = operations_store(operations, request->terms->asked.abort);

		store_lock(store);
		forget_if_collected_locked(store, request);
		store_unlock(store);
		was_any = true;
	}
	/* A result without waiters counts towards limits.results. */
	if (was_any)
		results_expire(operations);
}
