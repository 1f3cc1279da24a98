/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forgets an operation for good, or for another one. */
#include "config.h"

#include "lifecycle/context.h"
#include "lifecycle/losses.h"
#include "lifecycle/numbers.h"
#include "lifecycle/operations_forget.h"
#include "loader/calls.h"
#include "loader/plugins.h"
#include "log/log.h"

enum operations_forgotten operations_forget(
	struct operations *operations, uint64_t number, bool at_risk, bool *has_loss)
{
	struct operation *operation = numbers_find(operations, number);

	*has_loss = operation && losses_is_seen(operation->device);
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
	return numbers_find(operations, number) ? FORGOTTEN_AT_ITS_END : FORGOTTEN;
}

/* One that has a command, or may have, is beyond the table: it stays. */
static bool can_step_aside(const struct operation *operation)
{
	return !operation->attempt.is_orphan && !operation->attempt.command &&
	       table_cell(operation->state, EVENT_STEPS_ASIDE) != CELL_NEVER;
}

void operations_step_aside(struct operations *operations, const struct terms *terms)
{
	struct device *device = devices_find(&operations->devices, terms->asked.lvid);
	struct operation *operation = device ? device->operations[false] : NULL;

	if (!operation ||
		!plugin_goes_before(
			terms->plugin->interface, operation->terms->plugin->interface) ||
		!can_step_aside(operation))
		return;
	log_operation(LOG_LEVEL_NOTICE, operation,
		"steps aside for the %s of the same volume, which needs lvm2: the kernel goes on "
		"with it all the same%s",
		terms->plugin->interface->operation,
		operation->terms->plugin->discover
			? ""
			: "; to have it seen to, start it again when that is over");
	context_happened(operation, EVENT_STEPS_ASIDE);
	operations->settle(operations);
}
