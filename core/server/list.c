/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long replies: what there is, an item a message. */
#include "config.h"

#include "configuration/configuration.h"
#include "configuration/show.h"
#include "lifecycle/classify.h"
#include "lifecycle/context.h"
#include "lifecycle/unattended.h"
#include "loader/plugins.h"
#include "monitor/monitor.h"
#include "protocol/wire.h"
#include "server/list.h"
#include "status/entry.h"
#include "util/buffer.h"

/* Ends the message before, and begins an item. */
static void begin_item(struct buffer *reply, const char *item)
{
	wire_add_end(reply);
	wire_add_string(reply, "item", item);
}

/* WITH_ENDED: the history is part of it. */
static void begin_reply(const struct operations *operations, bool with_ended, struct buffer *reply)
{
	wire_add_string(reply, "response", "OK");
	if (with_ended && history_keeper_is_reading(&operations->history))
		wire_add_string(reply, "history", "reading");
}

static void write_ended(const struct operations *operations, struct buffer *reply)
{
	const struct ended_operation *operation;

	TAILQ_FOREACH (operation, &operations->ended_lately.list, link) {
		begin_item(reply, "ended");
		wire_add(reply, operation->text, operation->length);
	}
}

/*
 * What is known of the copies, and by what the kernel's log has told up to now. EVIDENCE is NULL
 * where this daemon lets go of none of them: it is an abort, or another process sees to it.
 */
static void write_doubt(struct buffer *reply, const struct plugin_entry *plugin,
	const struct evidence *evidence, const struct kernel_log_state *log)
{
	enum doubt doubt = DOUBT_NONE;

	if (!plugin->interface->read_copies)
		return;
	if (evidence)
		doubt = classify_copy_doubt(plugin, evidence, log);
	wire_add_string(reply, "doubt", doubt == DOUBT_NONE ? "none" : doubt_sentence(doubt));
}

struct list_writer {
	struct buffer *reply;
	struct kernel_log_state log; /* of the kernel, read for this list */
};

/* With the keys of an operation, as far as it has them. Of its copies nothing is known. */
static void write_unattended(const struct unattended_view *view, void *context)
{
	const struct lvmpolld_request *asked = &view->terms->asked;
	const struct list_writer *writer = context;
	struct buffer *reply = writer->reply;

	begin_item(reply, "unattended");
	wire_add_number(reply, "id", (int64_t)view->number);
	wire_add_string(reply, "vg", asked->vg_name);
	wire_add_string(reply, "lv", asked->lv_name);
	wire_add_string(reply, "lvid", asked->lvid);
	wire_add_string(reply, "operation", view->terms->plugin->interface->operation);
	wire_add_string(reply, "state", "unattended");
	wire_add_string(reply, "reason", view->reason);
	write_doubt(reply, view->terms->plugin,
		view->is_attended ? NULL : &(const struct evidence){0}, &writer->log);
	wire_add_number(reply, "found", view->found_s);
	wire_add_number(reply, "adopting", view->is_adopting);
	wire_add_number(reply, "attended", view->is_attended);
}

void list_write(
	struct operations *operations, const struct list_wanted *wanted, struct buffer *reply)
{
	struct list_writer writer = {.reply = reply};
	struct operation *operation;

	if (operations->monitor)
		writer.log = monitor_read_log(operations->monitor);
	begin_reply(operations, wanted->ended, reply);
	TAILQ_FOREACH (operation, &operations->list, link) {
		begin_item(reply, "operation");
		entry_write(reply, operation);
		write_doubt(reply, operation->terms->plugin,
			operation_is_abort(operation) ? NULL : &operation->evidence, &writer.log);
		if (wanted->events)
			entry_write_events(reply, operation);
		/* So that the next list is fresh. */
		if (operations->monitor && operation->is_watchable)
			monitor_refresh(operations->monitor, operation->device);
	}
	unattended_each(operations, write_unattended, &writer);
	if (wanted->ended)
		write_ended(operations, reply);
	begin_item(reply, "end");
}

void list_write_history(const struct operations *operations, struct buffer *reply)
{
	begin_reply(operations, true, reply);
	write_ended(operations, reply);
	begin_item(reply, "end");
}

void list_write_end(const struct operations *operations, uint64_t number, struct buffer *reply)
{
	const struct ended_operation *operation = ended_find(&operations->ended_lately, number);

	if (operation) {
		wire_add_string(reply, "item", "operation");
		wire_add_string(reply, "event", "destroy");
		wire_add(reply, operation->text, operation->length);
		wire_add_end(reply);
	}
	wire_add_string(reply, "item", "end");
}

void list_write_plugins(const struct operations *operations, struct buffer *reply)
{
	const struct plugin_entry *entry;

	wire_add_string(reply, "response", "OK");
	for (size_t i = 0; (entry = plugins_entry(operations->plugins, i)); i++) {
		const struct lvmpolld_plugin *plugin = entry->interface;

		begin_item(reply, "plugin");
		wire_add_string(reply, "name", entry->name);
		wire_add_number(reply, "loaded", plugin ? 1 : 0);
		wire_add_number(reply, "enabled", entry->enabled);
		if (entry->operation)
			wire_add_string(reply, "operation", entry->operation);
		if (plugin && entry->operation)
			counts_write(&operations->counts, entry->operation, reply);
		wire_add_number(reply, "startable", plugin && plugin->startable);
		if (plugin && plugin->version)
			wire_add_string(reply, "version", plugin->version);
		if (plugin)
			wire_add_string(reply, "description", plugin->description);
		wire_add_string(reply, "monitor",
			entry->monitor == PLUGIN_MONITOR_KERNEL ? "kernel" : "lvpoll");
		wire_add_string(reply, "path", entry->path);
		if (entry->reason)
			wire_add_string(reply, "reason", entry->reason);
	}
	begin_item(reply, "end");
}

void list_write_configuration(const struct operations *operations, struct buffer *reply)
{
	const struct configuration_key *key;

	wire_add_string(reply, "response", "OK");
	for (size_t i = 0; (key = configuration_key(i)); i++) {
		struct buffer value = {0};

		configuration_show(operations->configuration, key, &value);
		wire_add(&value, "", 1);
		begin_item(reply, "key");
		wire_add_format(reply, "key = \"%s.%s\"\n", key->section, key->name);
		/* When out of memory the value is left out. */
		if (!value.is_lost)
			wire_add_string(reply, "value", buffer_bytes(&value));
		buffer_free(&value);
	}
	begin_item(reply, "end");
}
