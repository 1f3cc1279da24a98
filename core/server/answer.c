/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers the requests of the wire protocol. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/context.h"
#include "lifecycle/numbers.h"
#include "lifecycle/operations_collect.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "operation/terms.h"
#include "protocol/wire.h"
#include "server/answer.h"
#include "server/begin.h"
#include "server/daemon_status.h"
#include "server/dump.h"
#include "server/forget.h"
#include "server/list.h"
#include "server/sender.h"
#include "server/start.h"
#include "server/steer.h"
#include "server/subscription.h"
#include "util/buffer.h"

#define PROTOCOL_NAME    "lvmpolld"
#define PROTOCOL_VERSION 1

/* The version of what is added to lvm2's protocol. */
#define EXTENSIONS_VERSION 1

/* Room for every reply but the long ones (dump, list, watch, plugins, configuration). */
#define REPLY_ROOM 2048

/* lvm2 prints these sentences to its user, so the wording is stock's. */
#define REASON_NOT_IMPLEMENTED "request not implemented"
#define REASON_NOT_PERMITTED   "only root may change this"
#define REASON_NO_LEVEL        "request requires level set: fatal, error, warn, notice, info or debug"
#define REASON_WATCHES         "this connection watches, or waits, already: use another one"
#define REASON_POLLING_FAILED  "polling of lvm command failed"

/* A message, its sender, and its reply. */
struct exchange {
	struct operations *operations;
	const struct sender *sender;
	const struct wire_message *message;
	struct buffer *reply;
};

/* Behind the table of handlers, which it lists. */
static void answer_hello(const struct exchange *exchange);

static void answer_collected(const struct collected *collected, struct buffer *reply)
{
	if (!collected->is_found) {
		wire_add_answer(reply, "not_found", NULL);
		return;
	}
	switch (collected->standing) {
	case REQUEST_IN_PROGRESS:
		wire_add_answer(reply, "in_progress", NULL);
		break;
	case REQUEST_FINISHED:
		wire_add_answer(
			reply, "finished", collected->result.by_signal ? "signal" : "retcode");
		wire_add_number(reply, "value", collected->result.value);
		break;
	case REQUEST_FAILED:
		wire_add_answer(reply, "failed", REASON_POLLING_FAILED);
		break;
	}
}

static void answer_progress_info(const struct exchange *exchange)
{
	const struct wire_message *message = exchange->message;
	const char *lvid = wire_string(message, "lvid");
	struct collected collected;
	char *identifier;

	if (!lvid) {
		wire_add_answer(exchange->reply, "failed", "request requires lvid set");
		return;
	}
	identifier = terms_identifier(wire_string(message, "sysdir"), lvid);
	if (!identifier) {
		wire_add_answer(exchange->reply, "failed", REASON_NO_MEMORY);
		return;
	}
	collected = operations_collect(exchange->operations, identifier,
		wire_number(message, "abort") != 0, exchange->sender->waiter,
		exchange->sender->is_privileged);
	free(identifier);
	answer_collected(&collected, exchange->reply);
}

static void answer_dump(const struct exchange *exchange)
{
	dump_write(exchange->operations, exchange->reply);
}

static void answer_status(const struct exchange *exchange)
{
	daemon_status_write(exchange->operations, exchange->reply);
}

static void answer_list(const struct exchange *exchange)
{
	const struct list_wanted wanted = {
		.ended = wire_number(exchange->message, "ended") != 0,
		.events = wire_number(exchange->message, "events") != 0,
	};

	list_write(exchange->operations, &wanted, exchange->reply);
}

/* Answers with all operations, then with each change. */
static void answer_watch(const struct exchange *exchange)
{
	struct subscription *subscription = exchange->sender->subscription;

	if (subscription && subscription->is_on && subscription->number > 0) {
		wire_add_answer(exchange->reply, "failed", REASON_WATCHES);
		return;
	}
	list_write(exchange->operations, &(struct list_wanted){0}, exchange->reply);
	if (subscription)
		subscription_begin(subscription, exchange->operations);
}

static void answer_history(const struct exchange *exchange)
{
	list_write_history(exchange->operations, exchange->reply);
}

/* Answers at once, and tells the end when it is there. */
static void answer_wait(const struct exchange *exchange)
{
	struct subscription *subscription = exchange->sender->subscription;
	int64_t id = wire_number(exchange->message, "id");
	uint64_t number = id > 0 ? (uint64_t)id : 0;

	if (number == 0) {
		wire_add_answer(exchange->reply, "failed", "request requires id set");
	} else if (subscription && subscription->is_on) {
		wire_add_answer(exchange->reply, "failed", REASON_WATCHES);
	} else if (numbers_find(exchange->operations, number)) {
		wire_add_answer(exchange->reply, "OK", NULL);
		if (subscription)
			subscription_wait(subscription, exchange->operations, number);
	} else if (ended_find(&exchange->operations->ended_lately, number)) {
		wire_add_answer(exchange->reply, "OK", NULL);
		wire_add_end(exchange->reply);
		list_write_end(exchange->operations, number, exchange->reply);
	} else {
		wire_add_answer(exchange->reply, "not_found", NULL);
	}
}

static void answer_plugins(const struct exchange *exchange)
{
	list_write_plugins(exchange->operations, exchange->reply);
}

static void answer_configuration(const struct exchange *exchange)
{
	list_write_configuration(exchange->operations, exchange->reply);
}

/* Sets the level until the configuration is read again. */
static void answer_log_level(const struct exchange *exchange)
{
	struct log_settings settings = log_settings_in_force();
	const char *name = wire_string(exchange->message, "level");

	if (!exchange->sender->is_privileged) {
		wire_add_answer(exchange->reply, "invalid", REASON_NOT_PERMITTED);
	} else if (!name || log_level_from_name(name, &settings.level) < 0) {
		wire_add_answer(exchange->reply, "invalid", REASON_NO_LEVEL);
	} else {
		log_notice(
			"the log's level is %s from now on, since a client asked for that", name);
		log_configure(&settings);
		wire_add_answer(exchange->reply, "OK", NULL);
	}
}

static void answer_forget(const struct exchange *exchange)
{
	if (exchange->sender->is_privileged)
		forget_answer(exchange->operations, exchange->message, exchange->reply);
	else
		wire_add_answer(exchange->reply, "invalid", REASON_NOT_PERMITTED);
}

static void answer_adopt(const struct exchange *exchange)
{
	steer_adopt(exchange->operations, exchange->sender, exchange->message, exchange->reply);
}

static void answer_abort(const struct exchange *exchange)
{
	steer_abort(exchange->operations, exchange->sender, exchange->message, exchange->reply);
}

static void answer_resume(const struct exchange *exchange)
{
	steer_resume(exchange->operations, exchange->sender, exchange->message, exchange->reply);
}

static void answer_start(const struct exchange *exchange)
{
	if (exchange->sender->is_privileged)
		start_answer(
			exchange->operations, exchange->sender, exchange->message, exchange->reply);
	else
		wire_add_answer(exchange->reply, "invalid", REASON_NOT_PERMITTED);
}

/* The daemon's own requests. Any other word is an operation, if a plugin knows it. */
static const struct {
	const char *name;
	void (*handle)(const struct exchange *exchange);
	bool is_extension; /* lvm2's protocol does not have it */
} handlers[] = {
	{"hello", answer_hello, false},
	{"progress_info", answer_progress_info, false},
	{"dump", answer_dump, false},
	{"status", answer_status, true},
	{"list", answer_list, true},
	{"watch", answer_watch, true},
	{"wait", answer_wait, true},
	{"history", answer_history, true},
	{"plugins", answer_plugins, true},
	{"configuration", answer_configuration, true},
	{"log_level", answer_log_level, true},
	{"forget", answer_forget, true},
	{"adopt", answer_adopt, true},
	{"abort", answer_abort, true},
	{"resume", answer_resume, true},
	{"start", answer_start, true},
};

#define HANDLER_COUNT (sizeof(handlers) / sizeof(handlers[0]))

static void answer_hello(const struct exchange *exchange)
{
	struct buffer *reply = exchange->reply;
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < HANDLER_COUNT; i++)
		if (handlers[i].is_extension && used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
				used ? " " : "", handlers[i].name);
	wire_add_answer(reply, "OK", NULL);
	wire_add_string(reply, "protocol", PROTOCOL_NAME);
	wire_add_number(reply, "version", PROTOCOL_VERSION);
	wire_add_string(reply, "extensions", names);
	wire_add_number(reply, "extensions_version", EXTENSIONS_VERSION);
	wire_add_number(
		reply, "may_steer", steer_is_allowed(exchange->operations, exchange->sender));
}

bool answer_is_reserved(const char *name)
{
	for (size_t i = 0; i < HANDLER_COUNT; i++)
		if (!strcmp(handlers[i].name, name))
			return true;
	return false;
}

/*
 * Answers that NAME is neither a request of the daemon's own nor an operation of a loaded plugin.
 */
static void answer_unknown(const struct exchange *exchange, const char *name)
{
	struct buffer *reply = exchange->reply;
	char reason[512];

	if (plugins_explain_missing(exchange->operations->plugins, name, reason, sizeof(reason))) {
		log_warn("a request for operation %s was refused: %s", name, reason);
		wire_add_answer(reply, "invalid", reason);
	} else if (wire_string(exchange->message, "lvid")) {
		/* Only operations have a lvid: so it is a plugin that is missing. */
		snprintf(reason, sizeof(reason),
			REASON_NOT_IMPLEMENTED
			": no plugin for the operation \"%.64s\" is installed",
			name);
		log_warn("a request was refused: %s", reason);
		wire_add_answer(reply, "invalid", reason);
	} else {
		wire_add_answer(reply, "invalid", REASON_NOT_IMPLEMENTED);
	}
}

static void answer_parsed(const struct exchange *exchange)
{
	const char *name = wire_string(exchange->message, "request");
	const struct plugin_entry *plugin;

	if (!name) {
		wire_add_answer(exchange->reply, "invalid", REASON_NOT_IMPLEMENTED);
		return;
	}
	for (size_t i = 0; i < HANDLER_COUNT; i++)
		if (!strcmp(handlers[i].name, name)) {
			handlers[i].handle(exchange);
			return;
		}
	plugin = plugins_find_operation(exchange->operations->plugins, name);
	if (plugin)
		begin_answer(exchange->operations, exchange->sender, exchange->message, plugin,
			exchange->reply);
	else
		answer_unknown(exchange, name);
}

void answer_message(struct operations *operations, const struct sender *sender, const char *text,
	size_t length, struct buffer *reply)
{
	struct wire_message *message;

	/*
	 * A result is forgotten once it is collected, so there must be room for the reply before.
	 */
	if (buffer_reserve(reply, REPLY_ROOM) < 0)
		return;
	message = wire_parse(text, length);
	if (message)
		answer_parsed(&(struct exchange){operations, sender, message, reply});
	else if (errno == ENOMEM)
		wire_add_answer(reply, "failed", REASON_NO_MEMORY);
	else
		wire_add_answer(reply, "invalid", REASON_NOT_IMPLEMENTED);
	wire_free(message);
	wire_add_end(reply);
}
