/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forgets an operation for good. */
#include "config.h"

#include "lifecycle/context.h"
#include "lifecycle/operations_forget.h"
#include "log/log.h"

static struct operation *find(const struct operations *operations, uint64_t number)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation->number == number)
			return operation;
	return NULL;
}

/* A look that is not read yet may have shown it, too. */
static bool has_seen_loss(struct device *device)
{
	bool has_loss;

	device_lock(device);
	has_loss = device->loss != LOSS_UNSEEN || device->observation.has_loss;
	device_unlock(device);
	return has_loss;
}

enum operations_forgotten operations_forget(
	struct operations *operations, uint64_t number, bool at_risk, bool *has_loss)
{
	struct operation *operation = find(operations, number);

	*has_loss = operation && has_seen_loss(operation->device);
	if (!operation)
		return FORGOTTEN_NOT_THERE;
	if (*has_loss && !at_risk)
		return FORGOTTEN_NOT_AT_RISK;
	/* Nothing could be waited for, and the next request for it would run another beside it. */
	if (operation->attempt.is_orphan && !operation->attempt.command)
		return FORGOTTEN_NOT_NOW;
	log_operation(LOG_LEVEL_WARN, operation,
		"forgotten by an administrator: it stays as it is in kernel and metadata%s",
		*has_loss ? ", and a loss was seen" : "");
	context_happened(operation, EVENT_FORGOTTEN);
	return find(operations, number) ? FORGOTTEN_AT_ITS_END : FORGOTTEN;
}
