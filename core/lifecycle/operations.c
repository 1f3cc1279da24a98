/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of a daemon, and what is shared by all that works on them. */
#include "config.h"

#include <errno.h>

#include "lifecycle/operations.h"

int operations_init(struct operations *operations, struct event_base *base,
	const struct configuration *configuration, void (*changed)(void *context), void *context,
	struct lvmpolld_error *error)
{
	*operations = (struct operations){
		.base = base,
		.configuration = configuration,
		.records.descriptor = -1,
		.lvpolls = {.base = base, .context = operations},
		.changed = changed,
		.context = context,
	};
	TAILQ_INIT(&operations->lvpolls.abandoned);
	if (store_init(&operations->polling, "poll") < 0)
		return error_set(error, ENOMEM, "out of memory");
	if (store_init(&operations->aborts, "abort") < 0) {
		store_destroy(&operations->polling);
		return error_set(error, ENOMEM, "out of memory");
	}
	operations->has_stores = true;
	if (scheduler_init(&operations->scheduler) < 0)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

void operations_destroy(struct operations *operations)
{
	if (operations->has_stores) {
		store_destroy(&operations->polling);
		store_destroy(&operations->aborts);
	}
	operations->has_stores = false;
	scheduler_destroy(&operations->scheduler);
}

struct store *operations_store(struct operations *operations, bool is_abort)
{
	return is_abort ? &operations->aborts : &operations->polling;
}

void operations_changed(const struct operations *operations)
{
	if (operations->changed)
		operations->changed(operations->context);
}
