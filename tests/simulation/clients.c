/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients: they ask, wait, ask after it, and check what they are told. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/operations_begin.h"
#include "lifecycle/operations_collect.h"
#include "loader/options.h"
#include "operation/terms.h"
#include "world.h"

/* What a client may hear in_progress for while attempts fail, and what the way there takes. */
#define PATIENCE_US (60 * S_US)
#define SLACK_US    (6 * S_US)

struct client {
	struct waiter waiter;
	unsigned number;
	bool waits;
	struct volume *volume;
	bool is_abort;
	int64_t asked_us;
	int64_t failing_us; /* the first failure in a row since it has asked; or 0 */
	const char *system_dir;
	struct event *timer;
};

static struct client clients[CLIENTS_MAX];

void clients_reset(void)
{
	memset(clients, 0, sizeof(clients));
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		clients[i].number = i;
		waiter_init(&clients[i].waiter);
	}
}

void clients_daemon_died(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (world.is_stopping && world.is_alive)
			operations_forget_waiter(&operations, &clients[i].waiter);
		waiter_init(&clients[i].waiter);
		clients[i].waits = false;
	}
}

void clients_adopt_all(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients[i];
		struct request *request;
		struct store *store;
		char *identifier;

		waiter_init(&client->waiter);
		if (!client->waits)
			continue;
		store = operations_store(&operations, client->is_abort);
		identifier = terms_identifier(client->system_dir, client->volume->lvid);
		store_lock(store);
		request = store_find_locked(store, identifier);
		store_unlock(store);
		if (request)
			waiters_add(request, &client->waiter);
		free(identifier);
	}
}

static void check_success(const struct client *client)
{
	struct volume *volume = client->volume;
	/* A cache that is used on may be to be taken off again by now. */
	bool was_aborted = client->is_abort && volume->dropped_us >= client->asked_us;

	if (!volume_is_over(volume) && !was_aborted)
		violate("client %u hears 0 of %s, and lvm2 still has it", client->number,
			volume->lv_name);
	if (!was_aborted)
		volume->is_promised = false;
}

/* In the row that goes on. */
static bool has_seen_failure(const struct client *client)
{
	const struct volume *volume = client->volume;

	return volume->failing_us > 0 && client->failing_us >= volume->failing_us;
}

void clients_note_failure(const struct volume *volume)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].waits && clients[i].volume == volume &&
			!has_seen_failure(&clients[i]))
			clients[i].failing_us = world.now_us;
}

static void check_patience(const struct client *client)
{
	struct volume *volume = client->volume;

	/* What was copied meanwhile is counted first. */
	volume_is_in_sync(volume);
	if (has_seen_failure(client) && !client->is_abort &&
		world.now_us - client->failing_us > PATIENCE_US + SLACK_US)
		violate("client %u still waits, and %s has failed for %d s", client->number,
			volume->lv_name, (int)((world.now_us - client->failing_us) / S_US));
}

static void check_end(const struct client *client, const struct collected *report)
{
	bool is_finished = report->standing == REQUEST_FINISHED;
	bool is_good = is_finished && report->result.value == 0 && !report->result.by_signal;

	story("client %u hears: %s %s %d", client->number, is_finished ? "finished" : "failed",
		report->result.by_signal ? "signal" : "status", report->result.value);
	if (is_good) {
		check_success(client);
		return;
	}
	if (!world.has_faults && !client->volume->was_to_be_aborted && !client->is_abort)
		violate("client %u hears that %s fails, and nothing was wrong", client->number,
			client->volume->lv_name);
}

static void ask(struct client *client)
{
	char *identifier = terms_identifier(client->system_dir, client->volume->lvid);
	struct collected report = operations_collect(
		&operations, identifier, client->is_abort, &client->waiter, true);
	const struct timeval delay = {.tv_sec = dice_percent(5) ? dice_between(1, 30) : 1,
		.tv_usec = 10000 * (long)dice_below(50)};

	free(identifier);
	if (!report.is_found) {
		client->waits = false;
		violate("client %u waits for %s, and hears not_found", client->number,
			client->volume->lv_name);
	}
	if (report.standing == REQUEST_IN_PROGRESS) {
		check_patience(client);
		event_add(client->timer, &delay);
		return;
	}
	client->waits = false;
	check_end(client, &report);
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	struct client *client = context;

	(void)descriptor;
	(void)what;
	if (client->waits && world.is_alive && !world.is_stopping)
		ask(client);
}

/* Of an operation that is started: a reshape is for a type. */
static struct terms *make_terms(const struct client *client, unsigned variant)
{
	static const char *const intervals[] = {"15", "1", "+15", "0"};
	const struct volume *volume = client->volume;
	const struct plugin_entry *plugin = &plugin_entries[volume->kind];
	struct terms *terms;
	struct lvmpolld_error error;
	struct lvmpolld_request asked = {
		.struct_size = sizeof(asked),
		.vg_name = volume->group->name,
		.lv_name = volume->lv_name,
		.lvid = volume->lvid,
		.interval = intervals[variant / 2 % 4],
		.system_dir = client->system_dir,
		.abort = client->is_abort,
	};

	if (options_new(plugin->interface, volume->kind == KIND_RESHAPE ? "type=raid5" : NULL,
		    false, &asked.options, &error) < 0)
		abort();
	terms = terms_new(&asked, plugin);
	options_release(asked.options);
	return terms;
}

/* Who was told an end, and has not heard it yet, waits for the new request. */
static void wait_anew(const struct client *asking)
{
	bool is_aborted = operations_find_alive(&operations, asking->volume->lvid, true);

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].volume == asking->volume &&
			clients[i].system_dir == asking->system_dir &&
			(is_aborted || world.now_us - clients[i].failing_us > PATIENCE_US))
			clients[i].failing_us = 0;
}

static void note_promise(const struct client *client)
{
	struct volume *volume = client->volume;

	if (client->is_abort) {
		volume->was_to_be_aborted = true;
		return;
	}
	wait_anew(client);
	/* Who joins what is being aborted hears of that. */
	if (volume->kind == KIND_CACHE && operations_find_alive(&operations, volume->lvid, true))
		return;
	if (volume->kind == KIND_CACHE)
		volume->is_aborted = false;
	if (volume->is_on && volume->is_there) {
		volume->is_promised = true;
		volume->is_forgotten = false;
	}
}

void clients_begin(unsigned number, struct volume *volume, bool is_abort, unsigned variant)
{
	static const char *const words[] = {"OK", "different", "out of memory", "not executable"};
	static const struct timeval soon = {.tv_sec = 1};
	struct client *client = &clients[number % CLIENTS_MAX];
	enum operations_answer answer;

	if (client->waits || !world.is_alive || world.is_stopping || world.lacks_plugins)
		return;
	if (is_abort && volume->kind != KIND_PVMOVE && volume->kind != KIND_CACHE)
		return;
	client->volume = volume;
	client->is_abort = is_abort;
	/* What is as it shall be was done before. */
	client->asked_us = is_abort && volume->is_aborted ? volume->dropped_us : world.now_us;
	client->failing_us = 0;
	client->system_dir = variant % 4 == 1 ? "/etc/other" : NULL;
	volume->was_to_be_aborted |= is_abort;
	story("client %u asks for %s%s/%s%s", client->number, is_abort ? "the abort of " : "",
		volume->group->name, volume->lv_name, client->system_dir ? ", elsewhere" : "");
	answer = operations_begin(&operations, make_terms(client, variant), &client->waiter);
	story("client %u is answered: %s", client->number, words[answer]);
	client->waits = answer == OPERATIONS_ACCEPTED;
	if (!client->timer)
		client->timer = event_new(&world_base, -1, 0, on_timer, client);
	if (!client->waits)
		return;
	note_promise(client);
	forget_not(client->volume, client->is_abort);
	event_add(client->timer, &soon);
}

void clients_begin_all(void)
{
	for (size_t i = 0; i < world.volume_count; i++) {
		struct client client = {.volume = &world.volumes[i]};

		if (!world.is_alive || world.is_stopping || world.lacks_plugins ||
			!client.volume->is_there ||
			operations_begin(&operations, make_terms(&client, 0), NULL) !=
				OPERATIONS_ACCEPTED)
			continue;
		note_promise(&client);
		forget_not(client.volume, false);
	}
}

void clients_hear_end(const struct volume *volume, bool is_abort)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients[i];

		if (!client->waits || client->volume != volume || client->is_abort != is_abort)
			continue;
		ask(client);
		if (client->waits)
			violate("client %u waits for %s, which is forgotten", client->number,
				volume->lv_name);
	}
}

void clients_disconnect(unsigned number)
{
	struct client *client = &clients[number % CLIENTS_MAX];

	if (!client->waits || !world.is_alive || world.is_stopping)
		return;
	story("client %u goes", client->number);
	operations_forget_waiter(&operations, &client->waiter);
	client->waits = false;
}
