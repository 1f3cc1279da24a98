/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells clients with a subscription of each change. */
#include "config.h"

#include <event2/event.h>

#include "lifecycle/context.h"
#include "lifecycle/numbers.h"
#include "protocol/wire.h"
#include "server/client.h"
#include "server/list.h"
#include "server/server.h"
#include "server/subscription.h"
#include "server/subscriptions.h"
#include "status/entry.h"
#include "util/timer.h"

/* A client that has left so much unread is told nothing more until it has read that. */
#define UNREAD_MAX ((size_t)64 * 1024)

/* How often entries are checked for changes. */
#define PERIOD_S 1

static void begin_item(struct buffer *output, const char *item, const char *event)
{
	wire_add_string(output, "item", item);
	wire_add_string(output, "event", event);
}

/* Writes those that ended since the client was told last. Returns their number. */
static uint64_t write_ended(struct client *client, const struct operations *operations)
{
	const struct ended_operation *ended;
	uint64_t count = 0;

	TAILQ_FOREACH (ended, &operations->ended_lately.list, link) {
		if (ended->serial <= client->subscription.serial)
			continue;
		begin_item(&client->output, "operation", "destroy");
		wire_add(&client->output, ended->text, ended->length);
		wire_add_end(&client->output);
		count++;
	}
	return count;
}

/* Writes those that have changed since the client was told last. Returns their number. */
static uint64_t write_changed(struct client *client, const struct operations *operations)
{
	struct operation *operation;
	uint64_t count = 0;

	TAILQ_FOREACH (operation, &operations->list, link) {
		const struct changes *changes = &operation->changes;

		if (changes->latest <= client->subscription.serial)
			continue;
		begin_item(&client->output, "operation",
			changes->first > client->subscription.serial ? "create" : "change");
		entry_write(&client->output, operation);
		wire_add_end(&client->output);
		count++;
	}
	return count;
}

static void write_missed(struct client *client, uint64_t missed)
{
	if (missed == 0)
		return;
	begin_item(&client->output, "missed", "missed");
	wire_add_number(&client->output, "changes", (int64_t)missed);
	wire_add_end(&client->output);
}

/* The one that is waited for. */
static void tell_end(struct client *client, const struct operations *operations)
{
	uint64_t number = client->subscription.number;

	if (numbers_find(operations, number))
		return;
	list_write_end(operations, number, &client->output);
	wire_add_end(&client->output);
	client->subscription.is_on = false;
	client_flush(client);
}

static void tell(struct client *client, const struct operations *operations)
{
	uint64_t told;

	if (client->subscription.serial == operations->change_serial ||
		client->output.length > UNREAD_MAX)
		return;
	told = write_ended(client, operations) + write_changed(client, operations);
	write_missed(client, operations->change_serial - client->subscription.serial - told);
	client->subscription.serial = operations->change_serial;
	client_flush(client);
}

static bool has_subscriptions(const struct server *server)
{
	const struct client *client;

	TAILQ_FOREACH (client, &server->clients, link)
		if (client->subscription.is_on)
			return true;
	return false;
}

static void on_tick(evutil_socket_t descriptor, short what, void *context)
{
	static const struct timeval period = {.tv_sec = PERIOD_S};
	struct server *server = context;
	struct client *client, *next;

	(void)descriptor;
	(void)what;
	if (!has_subscriptions(server))
		return;
	subscription_count_changes(server->operations);
	for (client = TAILQ_FIRST(&server->clients); client; client = next) {
		next = TAILQ_NEXT(client, link);
		if (client->subscription.is_on && client->subscription.number > 0)
			tell_end(client, server->operations);
		else if (client->subscription.is_on)
			tell(client, server->operations);
	}
	timer_start(server->subscription_timer, &period);
}

void subscriptions_kick(struct server *server)
{
	if (!has_subscriptions(server))
		return;
	if (!server->subscription_timer)
		server->subscription_timer = event_new(server->base, -1, 0, on_tick, server);
	if (server->subscription_timer)
		event_active(server->subscription_timer, EV_TIMEOUT, 0);
}

void subscriptions_destroy(struct server *server)
{
	if (server->subscription_timer)
		event_free(server->subscription_timer);
	server->subscription_timer = NULL;
}
