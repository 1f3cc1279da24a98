/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to start an operation that lvm2 does not ask for. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/context.h"
#include "lifecycle/operations_begin.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "operation/terms.h"
#include "protocol/request_parameters.h"
#include "protocol/wire.h"
#include "server/begin.h"
#include "server/sender.h"
#include "server/start.h"
#include "util/buffer.h"

#define REASON_SIZE 640

/* Writes "scrub, raid_sync": the operations that can be started; "none". */
static void list_startable(const struct plugins *plugins, char *text, size_t size)
{
	const struct plugin_entry *entry;
	size_t used = 0;

	snprintf(text, size, "none");
	for (size_t i = 0; (entry = plugins_entry(plugins, i)) && used < size; i++)
		if (entry->interface && entry->interface->startable)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
				entry->interface->operation);
}

/* Answers why the operation NAME cannot be started; PLUGIN is that which knows it, or NULL. */
static void refuse(const struct operations *operations, const char *name,
	const struct plugin_entry *plugin, struct buffer *reply)
{
	char reason[REASON_SIZE], startable[256];

	list_startable(operations->plugins, startable, sizeof(startable));
	if (!name)
		snprintf(reason, sizeof(reason),
			"request requires operation set, one of those that can be started: %s",
			startable);
	else if (plugin)
		snprintf(reason, sizeof(reason),
			"the operation \"%s\" is begun by lvm2 itself; those that can be started: "
			"%s",
			name, startable);
	else if (!plugins_explain_missing(operations->plugins, name, reason, sizeof(reason)))
		snprintf(reason, sizeof(reason),
			"no plugin for the operation \"%.64s\" is installed; those that can be "
			"started: %s",
			name, startable);
	log_warn("a start was refused: %s", reason);
	wire_add_answer(reply, "invalid", reason);
}

/* Another operation, or its abort, is in flight. It may be over by now. */
static void answer_different(
	struct operations *operations, const struct lvmpolld_request *request, struct buffer *reply)
{
	const struct operation *other = operations_find_alive(operations, request->lvid, false);
	char reason[REASON_SIZE];

	if (!other)
		other = operations_find_alive(operations, request->lvid, true);
	if (other)
		snprintf(reason, sizeof(reason),
			"another operation is in flight for %s/%s: %s%s (id:%" PRIu64
			"); start it when that is over",
			request->vg_name, request->lv_name,
			other->terms->plugin->interface->operation,
			operation_is_abort(other) ? " abort" : "", other->number);
	else
		snprintf(reason, sizeof(reason),
			"another operation is in flight for %s/%s; start it when that is over",
			request->vg_name, request->lv_name);
	wire_add_answer(reply, "invalid", reason);
}

static void answer_begun(struct operations *operations, const struct lvmpolld_request *request,
	bool is_joined, struct buffer *reply)
{
	const struct operation *operation = operations_find_alive(operations, request->lvid, false);

	wire_add_answer(reply, "OK", NULL);
	wire_add_number(reply, "joined", is_joined);
	/* It may be over already. */
	if (operation)
		wire_add_number(reply, "id", (int64_t)operation->number);
}

static void start(struct operations *operations, const struct sender *sender, struct terms *terms,
	struct buffer *reply)
{
	const struct lvmpolld_request *asked = &terms->asked;
	const struct operation *operation = operations_find_alive(operations, asked->lvid, false);
	/* Another one may step aside. */
	bool is_joined = operation && operation->terms->plugin == terms->plugin;

	terms->is_unasked = true;
	switch (operations_begin(operations, terms_hold(terms), sender->waiter)) {
	case OPERATIONS_ACCEPTED:
		answer_begun(operations, asked, is_joined, reply);
		break;
	case OPERATIONS_DIFFERENT:
		answer_different(operations, asked, reply);
		break;
	case OPERATIONS_NO_MEMORY:
	case OPERATIONS_NOT_EXECUTABLE: /* aborts alone */
		wire_add_answer(reply, "failed", REASON_NO_MEMORY);
		break;
	}
}

void start_answer(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply)
{
	struct lvmpolld_request request = request_parameters_read(message);
	const char *name = wire_string(message, "operation");
	const struct plugin_entry *plugin =
		name ? plugins_find_operation(operations->plugins, name) : NULL;
	const struct begin_extras extras = {
		.command_line = wire_string(message, "cmdline"),
		.is_start = true,
		.options = wire_string(message, "options"),
	};
	struct terms *terms;

	if (!plugin || !plugin->interface->startable) {
		refuse(operations, name, plugin, reply);
		return;
	}
	request.abort = false;
	if (!request.interval)
		request.interval = TERMS_INTERVAL_UNASKED;
	if (!begin_check(&request, reply))
		return;
	terms = begin_make_terms(operations, &request, plugin, &extras, reply);
	if (!terms)
		return;
	start(operations, sender, terms, reply);
	terms_release(terms);
}
