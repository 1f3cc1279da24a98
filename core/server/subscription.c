/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's subscription begins; changes are counted. */
#include "config.h"

#include "lifecycle/context.h"
#include "server/subscription.h"
#include "status/changes.h"

void subscription_count_changes(struct operations *operations)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		(void)changes_count(operation, &operations->change_serial);
}

void subscription_begin(struct subscription *subscription, struct operations *operations)
{
	subscription_count_changes(operations);
	*subscription = (struct subscription){.is_on = true, .serial = operations->change_serial};
}

void subscription_wait(
	struct subscription *subscription, struct operations *operations, uint64_t number)
{
	subscription_begin(subscription, operations);
	subscription->number = number;
}
