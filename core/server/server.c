/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Accepts clients: only those that may connect, and only as many as there are slots. Decides which
 * client goes when more come.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "log/log.h"
#include "server/access.h"
#include "server/client.h"
#include "server/server.h"
#include "server/subscriptions.h"

/* When descriptors or slots are short, accepting is tried again after this time. */
#define ACCEPT_RETRY_MS 200

/* A client that has asked something within this time is busy. */
#define SILENT_MS 1000

/* How many clients without privilege may wait for a slot; further ones are disconnected. */
#define PENDING_MAX 16

/*
 * Descriptors that clients do not get: for the daemon itself and for clients that wait for a slot,
 * and three for each lvpoll. Clients get at least half of all descriptors, though.
 */
#define DESCRIPTORS_KEPT       64
#define DESCRIPTORS_FOR_LVPOLL 3

/* How good a reason a client has to stay. */
enum claim {
	CLAIM_NONE,     /* it is silent, and waits for no operation */
	CLAIM_POSSIBLE, /* likewise, but it may wait for an operation: out of memory to note it */
	CLAIM_GOOD      /* it has just asked something, or waits for an operation */
};

/* A client that may have to go. */
struct candidate {
	struct client *client;
	enum claim claim;
	int64_t silent_ms;
};

/* How many clients are served at a time: limits.clients, or what there are descriptors for. */
static unsigned count_slots(const struct server *server)
{
	unsigned limit = server->configuration->limit_clients;
	rlim_t kept = DESCRIPTORS_KEPT +
		      DESCRIPTORS_FOR_LVPOLL * (rlim_t)server->configuration->lvm_max_running;
	struct rlimit descriptors;

	if (getrlimit(RLIMIT_NOFILE, &descriptors) < 0)
		return limit;
	if (kept > descriptors.rlim_cur / 2)
		kept = descriptors.rlim_cur / 2;
	if (descriptors.rlim_cur - kept >= limit)
		return limit;
	return descriptors.rlim_cur > kept ? (unsigned)(descriptors.rlim_cur - kept) : 1;
}

static int64_t read_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct candidate make_candidate(struct client *client, int64_t now_ms)
{
	struct candidate candidate = {.client = client, .claim = CLAIM_NONE};

	candidate.silent_ms = now_ms - ((int64_t)client->heard_at.tv_sec * 1000 +
					       client->heard_at.tv_nsec / 1000000);
	if (!TAILQ_EMPTY(&client->waiter.waits) || candidate.silent_ms < SILENT_MS)
		candidate.claim = CLAIM_GOOD;
	else if (client->waiter.is_overlooked)
		candidate.claim = CLAIM_POSSIBLE;
	return candidate;
}

static bool may_displace(const struct client *newcomer, const struct candidate *candidate)
{
	bool is_privileged_slot = client_is_privileged(candidate->client);

	if (client_is_privileged(newcomer) && !is_privileged_slot)
		return true;
	return candidate->claim != CLAIM_GOOD &&
	       (client_is_privileged(newcomer) || !is_privileged_slot);
}

/* Whether A goes rather than B. */
static bool goes_before(const struct candidate *a, const struct candidate *b)
{
	if (client_is_privileged(a->client) != client_is_privileged(b->client))
		return client_is_privileged(b->client);
	if (a->claim != b->claim)
		return a->claim < b->claim;
	return a->silent_ms > b->silent_ms;
}

static void log_displacement(const struct client *newcomer, const struct candidate *candidate)
{
	const struct client *client = candidate->client;
	unsigned limit = count_slots(client->server);

	if (candidate->claim == CLAIM_GOOD)
		log_warn("client %d of user %u is disconnected: limits.clients (%u) is reached and "
			 "client %d of user %u goes first",
			(int)client->pid, (unsigned)client->user, limit, (int)newcomer->pid,
			(unsigned)newcomer->user);
	else
		log_warn("client %d of user %u is disconnected: limits.clients (%u) is reached and "
			 "it has asked nothing for %lld s",
			(int)client->pid, (unsigned)client->user, limit,
			(long long)candidate->silent_ms / 1000);
}

/* Disconnects the client that must go for NEWCOMER. Returns false where there is none. */
static bool make_room(struct server *server, const struct client *newcomer)
{
	struct candidate chosen = {.client = NULL};
	int64_t now_ms = read_clock_ms();
	struct client *client;

	TAILQ_FOREACH (client, &server->clients, link) {
		struct candidate candidate = make_candidate(client, now_ms);

		if (!client->is_pending && may_displace(newcomer, &candidate) &&
			(!chosen.client || goes_before(&candidate, &chosen)))
			chosen = candidate;
	}
	if (!chosen.client)
		return false;
	log_displacement(newcomer, &chosen);
	client_free(chosen.client);
	return true;
}

/* How many clients wait for a slot, with or without privilege. */
static size_t count_pending(const struct server *server, bool with_privilege)
{
	const struct client *client;
	size_t count = 0;

	TAILQ_FOREACH (client, &server->clients, link)
		count += client->is_pending && client_is_privileged(client) == with_privilege;
	return count;
}

static bool has_room(const struct server *server)
{
	size_t pending = count_pending(server, true) + count_pending(server, false);

	return server->client_count - pending < count_slots(server);
}

static struct client *next_pending(const struct server *server)
{
	struct client *client, *next = NULL;

	TAILQ_FOREACH (client, &server->clients, link)
		if (client->is_pending &&
			(!next || (client_is_privileged(client) && !client_is_privileged(next))))
			next = client;
	return next;
}

/*
 * Gives CLIENT a slot: it is read from now on. Returns false when out of memory; CLIENT waits on.
 */
static bool let_in(struct client *client)
{
	if (event_add(client->readable, NULL) < 0)
		return false;
	client->is_pending = false;
	clock_gettime(CLOCK_MONOTONIC, &client->heard_at);
	return true;
}

/* Gives slots to clients that wait, as long as there are free ones or some can be made free. */
static void let_in_pending(struct server *server)
{
	struct client *client;

	while ((client = next_pending(server)) && (has_room(server) || make_room(server, client)))
		if (!let_in(client))
			break;
}

/* Starts the timer that tries again. Returns 0, or -1 when out of memory. */
static int start_retry(struct server *server)
{
	static const struct timeval retry = {
		.tv_sec = ACCEPT_RETRY_MS / 1000, .tv_usec = ACCEPT_RETRY_MS % 1000 * 1000};

	return event_add(server->accept_retry, &retry);
}

static void pause_accepting(struct server *server)
{
	/* When out of memory for the timer, the listening socket is read again at once. */
	if (start_retry(server) == 0)
		event_del(server->accept_event);
}

/* A slot has become free. */
static void on_left(struct server *server)
{
	/*
	 * The timer runs if a client waits. Nothing is done now: a client may be leaving in the
	 * middle of a request.
	 */
	if (server->accept_retry && event_pending(server->accept_retry, EV_TIMEOUT, NULL))
		event_active(server->accept_retry, EV_TIMEOUT, 0);
	server->changed(server->context);
}

/*
 * If a client with privilege waits, all slots belong to clients with privilege, and no more
 * clients are accepted. Clients without privilege that wait do not stop accepting, since the next
 * one may have privilege.
 */
static void on_accept_retry(evutil_socket_t descriptor, short what, void *context)
{
	struct server *server = context;

	(void)descriptor;
	(void)what;
	let_in_pending(server);
	if (next_pending(server))
		start_retry(server);
	if (count_pending(server, true) == 0)
		event_add(server->accept_event, NULL);
}

/* There is no slot for CLIENT now: it waits, or is turned away. */
static void keep_pending(struct server *server, struct client *client)
{
	unsigned limit = count_slots(server);

	if (start_retry(server) < 0 || count_pending(server, false) > PENDING_MAX) {
		log_warn("client %d of user %u is turned away: limits.clients (%u) is reached and "
			 "others wait already",
			(int)client->pid, (unsigned)client->user, limit);
		client_free(client);
		return;
	}
	if (client_is_privileged(client))
		pause_accepting(server);
	if (!server->is_limit_told)
		log_warn("limits.clients (%u) is reached: further clients wait until one leaves",
			limit);
	server->is_limit_told = true;
}

/* There is a free slot, and no client waits for it. */
static bool is_free(struct server *server)
{
	if (server->client_count > count_slots(server) ||
		event_pending(server->accept_retry, EV_TIMEOUT, NULL))
		return false;
	server->is_limit_told = false;
	return true;
}

/* A new client has mostly sent its first request already, so it is read at once. */
static void greet(struct server *server, int connection)
{
	struct access_peer peer;
	struct client *client;

	if (!access_is_allowed(server->configuration, connection, &peer)) {
		close(connection);
		return;
	}
	client = client_add(server, connection, peer.pid);
	if (!client)
		return;
	client->user = peer.user;
	if (is_free(server)) {
		client_read(client);
		return;
	}
	client->is_pending = true;
	let_in_pending(server);
	if (client->is_pending)
		keep_pending(server, client);
}

static void on_acceptable(evutil_socket_t descriptor, short what, void *context)
{
	struct server *server = context;
	int connection;

	(void)what;
	connection = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (connection >= 0) {
		greet(server, connection);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	log_error("cannot accept a client: %s; trying again", strerror(errno));
	pause_accepting(server);
}

/* Told once at the start; later messages about the limit give the number of slots. */
static void tell_slots(const struct server *server)
{
	unsigned limit = server->configuration->limit_clients, slots = count_slots(server);

	if (slots < limit)
		log_warn("limits.clients is %u, but there are descriptors (RLIMIT_NOFILE) for %u "
			 "clients at a time only",
			limit, slots);
}

int server_start(struct server *server, struct lvmpolld_error *error)
{
	tell_slots(server);
	server->accept_event = event_new(server->base, server->listener.descriptor,
		EV_READ | EV_PERSIST, on_acceptable, server);
	server->accept_retry = event_new(server->base, -1, 0, on_accept_retry, server);
	if (!server->accept_event || !server->accept_retry ||
		event_add(server->accept_event, NULL) < 0)
		return error_set(error, ENOMEM, "cannot accept clients: out of memory");
	return 0;
}

void server_init(struct server *server, struct event_base *base,
	const struct configuration *configuration, struct operations *operations,
	void (*changed)(void *context), void *context)
{
	*server = (struct server){
		.base = base,
		.configuration = configuration,
		.operations = operations,
		.listener.descriptor = -1,
		.left = on_left,
		.subscribed = subscriptions_kick,
		.changed = changed,
		.context = context,
	};
	TAILQ_INIT(&server->clients);
}

static void stop_accepting(struct server *server)
{
	if (server->accept_event)
		event_free(server->accept_event);
	if (server->accept_retry)
		event_free(server->accept_retry);
	server->accept_event = server->accept_retry = NULL;
}

void server_close(struct server *server)
{
	struct client *client;

	stop_accepting(server);
	subscriptions_destroy(server);
	while ((client = TAILQ_FIRST(&server->clients)))
		client_free(client);
	listener_close(&server->listener);
}
