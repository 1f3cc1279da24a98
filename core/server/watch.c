/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client begins to watch; changes are counted. */
#include "config.h"

#include "lifecycle/context.h"
#include "server/watch.h"
#include "status/changes.h"

void watch_count_changes(struct operations *operations)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		(void)changes_count(operation, &operations->change_serial);
}

void watch_begin(struct watch *watch, struct operations *operations)
{
	watch_count_changes(operations);
	watch->is_on = true;
	watch->serial = operations->change_serial;
}
