/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The new program's side of an upgrade: reads what is handed over, and takes it. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comparing/comparison.h"
#include "configuration/configuration.h"
#include "lifecycle/asking.h"
#include "lifecycle/context.h"
#include "lifecycle/losses.h"
#include "lifecycle/numbers.h"
#include "lifecycle/resume.h"
#include "loader/options.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "protocol/wire.h"
#include "records/record.h"
#include "server/client.h"
#include "server/server.h"
#include "status/entry.h"
#include "upgrade/clients.h"
#include "upgrade/fields.h"
#include "upgrade/file.h"
#include "upgrade/read.h"

static bool is_item(const struct wire_message *message, const char *name)
{
	const char *item = wire_string(message, "item");

	return item && !strcmp(item, name);
}

int handover_pidfile(const struct handover *handover, struct lvmpolld_error *error)
{
	int descriptor = fields_descriptor(handover_daemon(handover), "pidfile");

	return descriptor < 0 ? error_set(error, EBADF, "the pid file was not handed over")
			      : descriptor;
}

int handover_state_directory(const struct handover *handover)
{
	return fields_descriptor(handover_daemon(handover), "records");
}

/* Puts a copy of what KEY says into *PATH, unless it is the same. */
static int keep_path(const struct wire_message *message, const char *key, char **path)
{
	const char *former = wire_string(message, key);
	char *copy;

	if (!former || !strcmp(former, *path))
		return 0;
	log_warn("%s stays %s: the new value, %s, needs a restart", key, former, *path);
	copy = strdup(former);
	if (!copy)
		return -ENOMEM;
	free(*path);
	*path = copy;
	return 0;
}

int handover_keep_paths(const struct handover *handover, struct configuration *configuration,
	struct lvmpolld_error *error)
{
	const struct wire_message *message = handover_daemon(handover);
	int result = keep_path(message, "daemon.socket", &configuration->socket_path);

	if (result == 0)
		result = keep_path(message, "daemon.pidfile", &configuration->pidfile_path);
	if (result == 0)
		result = keep_path(
			message, "daemon.state_directory", &configuration->state_directory);
	if (result < 0)
		error_set(error, ENOMEM, "out of memory");
	return result;
}

int handover_take_listener(
	const struct handover *handover, struct server *server, struct lvmpolld_error *error)
{
	const struct wire_message *message = handover_daemon(handover);
	const char *path = wire_string(message, "listener_path");
	struct listener *listener = &server->listener;

	listener->descriptor = fields_descriptor(message, "listener");
	if (listener->descriptor < 0)
		return error_set(error, EBADF, "the listening socket was not handed over");
	listener->device = (dev_t)wire_number(message, "listener_device");
	listener->inode = (ino_t)wire_number(message, "listener_inode");
	listener->path = path ? strdup(path) : NULL;
	if (path && !listener->path)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

static bool is_operation(const struct wire_message *message)
{
	return is_item(message, "operation") || is_item(message, "request") ||
	       is_item(message, "report") || is_item(message, "loss");
}

/* What it was told is lost where its plugin is gone, and nothing goes on that would need it. */
static bool is_told(const struct wire_message *message)
{
	return is_item(message, "request") &&
	       fields_request(message).standing != REQUEST_IN_PROGRESS;
}

static int check_plugin(const struct record *record, void *plugins, struct lvmpolld_error *error)
{
	const struct plugin_entry *plugin = plugins_find_operation(plugins, record->operation_name);
	const struct lvmpolld_options *options;
	int result;

	if (!plugin)
		return error_set(error, ENOENT, "no plugin for the operation %s is loaded",
			record->operation_name);
	result = options_new(plugin->interface, record->options, false, &options, error);
	options_release(options);
	return result;
}

static int check_item(
	const struct wire_message *message, void *plugins, struct lvmpolld_error *error)
{
	if (!is_operation(message) || is_told(message))
		return 0;
	return record_read_fields(message, check_plugin, plugins, error);
}

int handover_check_operations(const struct handover *handover, const struct plugins *plugins,
	struct lvmpolld_error *error)
{
	return handover_for_each(handover, check_item, (void *)plugins, error);
}

/* The handed-over message and the record in it. */
struct operation_context {
	struct operations *operations;
	const struct wire_message *message;
};

static int take_loss(
	struct operations *operations, struct terms *terms, struct lvmpolld_error *error)
{
	int result = losses_take_over(operations, terms);

	terms_release(terms);
	return result == 0 ? 0 : error_set(error, ENOMEM, "out of memory");
}

static struct terms *make_terms(const struct record *record, const struct plugin_entry *plugin,
	struct lvmpolld_error *error)
{
	struct lvmpolld_request asked = record->request;
	struct terms *terms = NULL;

	if (options_new(plugin->interface, record->options, false, &asked.options, error) < 0)
		return NULL;
	terms = terms_new(&asked, plugin);
	options_release(asked.options);
	if (!terms)
		error_set(error, ENOMEM, "out of memory");
	return terms;
}

static int take_operation(const struct record *record, void *context, struct lvmpolld_error *error)
{
	struct operation_context *taken = context;
	const struct plugin_entry *plugin =
		plugins_find_operation(taken->operations->plugins, record->operation_name);
	const struct resume_info info = fields_operation(taken->message, record);
	const struct resume_request_info request_info = fields_request(taken->message);
	struct terms *terms;

	if (!plugin)
		return error_set(error, ENOENT, "no plugin for the operation %s is loaded",
			record->operation_name);
	terms = make_terms(record, plugin, error);
	if (!terms)
		return -error->code;
	entry_read_events(taken->message, terms->memory);
	if (is_item(taken->message, "loss"))
		return take_loss(taken->operations, terms, error);
	if (is_item(taken->message, "report"))
		asking_end_left_over(taken->operations, terms, record->pid, record->start_ticks);
	else if (is_item(taken->message, "request"))
		resume_request(taken->operations, terms, &request_info);
	else
		return resume_operation(taken->operations, terms, &info, error);
	return 0;
}

static void take_ended(const struct wire_message *message, struct operations *operations)
{
	const char *entry = wire_string(message, "entry");
	struct ended_operation *ended = NULL;

	if (entry)
		ended = ended_add(&operations->ended_lately,
			(uint64_t)wire_number(message, "number"), entry, strlen(entry),
			operations->configuration->history_entries);
	if (ended)
		ended->is_kept = wire_number(message, "unkept") == 0;
}

static int take_counts(const struct wire_message *message, struct operations *operations,
	struct lvmpolld_error *error)
{
	const char *operation = wire_string(message, "operation");

	if (!operation || counts_read(&operations->counts, operation, message) == 0)
		return 0;
	return error_set(error, ENOMEM, "out of memory");
}

static int take_item(
	const struct wire_message *message, void *context, struct lvmpolld_error *error)
{
	struct operations *operations = context;
	struct operation_context taken = {operations, message};
	int result = 0;

	/* The operation that waits for it looks again, and compares anew. */
	if (is_item(message, "comparison"))
		comparison_end_left_over(&operations->comparisons, operations->base,
			(pid_t)wire_number(message, "pid"),
			(uint64_t)wire_number(message, "start"));

	if (is_item(message, "history"))
		history_keeper_adopt(&operations->history, (pid_t)wire_number(message, "pid"),
			(uint64_t)wire_number(message, "start"));
	if (is_operation(message))
		result = record_read_fields(message, take_operation, &taken, error);
	else if (is_item(message, "ended"))
		take_ended(message, operations);
	else if (is_item(message, "counts"))
		result = take_counts(message, operations, error);
	/* The record of an operation in flight stays, for a daemon that can use it. */
	if (result < 0)
		log_error("%s could not be taken over: %s",
			is_item(message, "request")  ? "a result"
			: is_item(message, "report") ? "a report of lvm2"
			: is_item(message, "loss")   ? "that an operation would lose data"
			: is_item(message, "counts") ? "how many operations ended how"
						     : "an operation",
			error->sentence);
	return 0;
}

int handover_take_operations(const struct handover *handover, struct operations *operations,
	struct lvmpolld_error *error)
{
	int64_t last = wire_number(handover_daemon(handover), "last_number");

	if (last > 0)
		numbers_note(operations, (uint64_t)last);
	if (wire_number(handover_daemon(handover), "records_unread") != 0)
		operations->records.is_unread = true;
	return handover_for_each(handover, take_item, operations, error);
}

/* Clients are taken one after the other, each with the messages behind its own. */
struct client_context {
	struct server *server;
	struct client *client; /* the latest client, which is not served yet; or NULL */
	struct handover_bytes bytes;
};

static int take_client(
	const struct wire_message *message, void *context, struct lvmpolld_error *error)
{
	struct client_context *taken = context;

	(void)error;
	if (is_item(message, "wait")) {
		if (taken->client)
			clients_adopt_wait(taken->client, message);
		return 0;
	}
	if (taken->client)
		client_serve(taken->client);
	taken->client = NULL;
	if (is_item(message, "client"))
		taken->client = clients_adopt(taken->server,
			fields_descriptor(message, "descriptor"), message, &taken->bytes);
	return 0;
}

void handover_take_clients(const struct handover *handover, struct server *server)
{
	struct client_context context = {server, NULL, handover_client_bytes(handover)};
	struct lvmpolld_error error;

	/* The last message is the end, by which all clients are served. */
	if (handover_for_each(handover, take_client, &context, &error) < 0)
		log_error("clients could not be taken over: %s", error.sentence);
}
