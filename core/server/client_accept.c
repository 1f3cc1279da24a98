/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accepting clients: as many as may be, and only those who may; and who goes where more come. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "server/access.h"
#include "server/client.h"
#include "server/client_accept.h"
#include "configuration/configuration.h"
#include "daemon/daemon.h"
#include "log/log.h"

/* When descriptors or places are short, it is tried again after this time. */
#define ACCEPT_RETRY_MS 200

/* Who has asked something within this time is at work. */
#define SILENT_MS 1000

/* So many clients of users without privilege wait for a place; more are turned away. */
#define HELD_MAX 16

/*
 * Descriptors that are not for clients, or nothing could be done for those: the daemon's own and
 * those of who waits for a place; and three of each lvpoll. But half of all are for clients.
 */
#define DESCRIPTORS_KEPT       64
#define DESCRIPTORS_FOR_LVPOLL 3

/* What a client has to say for its place. */
enum claim {
	CLAIM_NONE,     /* it has been silent, and waits for no operation */
	CLAIM_POSSIBLE, /* likewise, but it may wait for one without being remembered for it */
	CLAIM_GOOD      /* it has just asked something, or waits for an operation */
};

/* A client whose place somebody else may get. */
struct candidate {
	struct client *client;
	enum claim claim;
	int64_t silent_ms;
};

/* How many clients are served at a time: limits.clients, or what there are descriptors for. */
static unsigned count_places(const struct daemon *daemon)
{
	unsigned limit = daemon->configuration->limit_clients;
	rlim_t kept = DESCRIPTORS_KEPT +
		      DESCRIPTORS_FOR_LVPOLL * (rlim_t)daemon->configuration->lvm_max_running;
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

/* Root's lvm2 commands come first, whatever other users may do. */
static bool is_privileged(const struct client *client)
{
	return client->user == 0 || client->user == geteuid();
}

static bool may_displace(const struct client *newcomer, const struct candidate *candidate)
{
	bool is_privileged_place = is_privileged(candidate->client);

	if (is_privileged(newcomer) && !is_privileged_place)
		return true;
	return candidate->claim != CLAIM_GOOD && (is_privileged(newcomer) || !is_privileged_place);
}

/* A goes rather than B. */
static bool goes_before(const struct candidate *a, const struct candidate *b)
{
	if (is_privileged(a->client) != is_privileged(b->client))
		return is_privileged(b->client);
	if (a->claim != b->claim)
		return a->claim < b->claim;
	return a->silent_ms > b->silent_ms;
}

static void log_displacement(const struct client *newcomer, const struct candidate *candidate)
{
	const struct client *client = candidate->client;
	unsigned limit = count_places(client->daemon);

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

/* Disconnects the one client that has to make room for NEWCOMER. False: there is none. */
static bool make_room(struct daemon *daemon, const struct client *newcomer)
{
	struct candidate chosen = {.client = NULL};
	int64_t now_ms = read_clock_ms();
	struct client *client;

	TAILQ_FOREACH (client, &daemon->clients, link) {
		struct candidate candidate = make_candidate(client, now_ms);

		if (!client->is_held && may_displace(newcomer, &candidate) &&
			(!chosen.client || goes_before(&candidate, &chosen)))
			chosen = candidate;
	}
	if (!chosen.client)
		return false;
	log_displacement(newcomer, &chosen);
	client_free(chosen.client);
	return true;
}

/* Those that wait for a place: with privilege, or without. */
static size_t count_held(const struct daemon *daemon, bool with_privilege)
{
	const struct client *client;
	size_t count = 0;

	TAILQ_FOREACH (client, &daemon->clients, link)
		count += client->is_held && is_privileged(client) == with_privilege;
	return count;
}

static bool has_room(const struct daemon *daemon)
{
	size_t held = count_held(daemon, true) + count_held(daemon, false);

	return daemon->client_count - held < count_places(daemon);
}

static struct client *next_held(const struct daemon *daemon)
{
	struct client *client, *next = NULL;

	TAILQ_FOREACH (client, &daemon->clients, link)
		if (client->is_held && (!next || (is_privileged(client) && !is_privileged(next))))
			next = client;
	return next;
}

/*
 * Gives CLIENT its place: it is read from now on, and has time to say something. Without memory for
 * that it goes on waiting, and false is returned.
 */
static bool let_in(struct client *client)
{
	if (event_add(client->readable, NULL) < 0)
		return false;
	client->is_held = false;
	clock_gettime(CLOCK_MONOTONIC, &client->heard_at);
	return true;
}

/* Lets those in who wait, as long as there is room for them, or room can be made. */
static void let_in_held(struct daemon *daemon)
{
	struct client *client;

	while ((client = next_held(daemon)) && (has_room(daemon) || make_room(daemon, client)))
		if (!let_in(client))
			break;
}

/* Looks again in a while. Returns 0, or -1 without memory for the timer. */
static int start_retry(struct daemon *daemon)
{
	static const struct timeval retry = {
		.tv_sec = ACCEPT_RETRY_MS / 1000, .tv_usec = ACCEPT_RETRY_MS % 1000 * 1000};

	return event_add(daemon->accept_retry, &retry);
}

static void pause_accepting(struct daemon *daemon)
{
	/* Where there is no memory for the timer, the socket is looked at again at once. */
	if (start_retry(daemon) == 0)
		event_del(daemon->accept_event);
}

void client_accept_resume(struct daemon *daemon)
{
	/* The timer runs where somebody waits. Who leaves is in the middle of something: later. */
	if (!daemon->is_stopping && daemon->accept_retry &&
		event_pending(daemon->accept_retry, EV_TIMEOUT, NULL))
		event_active(daemon->accept_retry, EV_TIMEOUT, 0);
}

/*
 * While somebody with privilege waits, all places are taken by the like, and whoever is next waits
 * unaccepted. Those without it must not stand in the way: behind them there may be one who has it.
 */
static void on_accept_retry(evutil_socket_t descriptor, short what, void *context)
{
	struct daemon *daemon = context;

	(void)descriptor;
	(void)what;
	if (daemon->is_stopping)
		return;
	let_in_held(daemon);
	if (next_held(daemon))
		start_retry(daemon);
	if (count_held(daemon, true) == 0)
		event_add(daemon->accept_event, NULL);
}

/* There is no place for CLIENT now. */
static void hold(struct daemon *daemon, struct client *client)
{
	unsigned limit = count_places(daemon);

	if (start_retry(daemon) < 0 || count_held(daemon, false) > HELD_MAX) {
		log_warn("client %d of user %u is turned away: limits.clients (%u) is reached and "
			 "others wait already",
			(int)client->pid, (unsigned)client->user, limit);
		client_free(client);
		return;
	}
	if (is_privileged(client))
		pause_accepting(daemon);
	if (!daemon->is_accept_refused)
		log_warn("limits.clients (%u) is reached: further clients wait until one leaves",
			limit);
	daemon->is_accept_refused = true;
}

/* Whether there is a place for one more, and nobody has waited for it. */
static bool is_free(struct daemon *daemon)
{
	if (daemon->client_count > count_places(daemon) ||
		event_pending(daemon->accept_retry, EV_TIMEOUT, NULL))
		return false;
	daemon->is_accept_refused = false;
	return true;
}

/* Who connects has mostly sent its first request, too: it need not be waited for. */
static void greet(struct daemon *daemon, int connection)
{
	struct access_peer peer;
	struct client *client;

	if (!access_is_allowed(daemon->configuration, connection, &peer)) {
		close(connection);
		return;
	}
	client = client_add(daemon, connection, peer.pid);
	if (!client)
		return;
	client->user = peer.user;
	if (is_free(daemon)) {
		client_read(client);
		return;
	}
	client->is_held = true;
	let_in_held(daemon);
	if (client->is_held)
		hold(daemon, client);
}

static void on_acceptable(evutil_socket_t descriptor, short what, void *context)
{
	struct daemon *daemon = context;
	int connection;

	(void)what;
	connection = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (connection >= 0) {
		greet(daemon, connection);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	log_error("cannot accept a client: %s; trying again", strerror(errno));
	pause_accepting(daemon);
}

/* Once: what else is logged of the limit has the number that is in force. */
static void tell_places(const struct daemon *daemon)
{
	unsigned limit = daemon->configuration->limit_clients, places = count_places(daemon);

	if (places < limit)
		log_warn("limits.clients is %u, but there are descriptors (RLIMIT_NOFILE) for %u "
			 "clients at a time only",
			limit, places);
}

int client_accept_start(struct daemon *daemon, struct lvmpolld_error *error)
{
	tell_places(daemon);
	daemon->accept_event = event_new(daemon->base, daemon->listener.descriptor,
		EV_READ | EV_PERSIST, on_acceptable, daemon);
	daemon->accept_retry = event_new(daemon->base, -1, 0, on_accept_retry, daemon);
	if (!daemon->accept_event || !daemon->accept_retry ||
		event_add(daemon->accept_event, NULL) < 0)
		return error_set(error, ENOMEM, "cannot accept clients: out of memory");
	return 0;
}

void client_accept_stop(struct daemon *daemon)
{
	if (daemon->accept_event)
		event_free(daemon->accept_event);
	if (daemon->accept_retry)
		event_free(daemon->accept_retry);
	daemon->accept_event = daemon->accept_retry = NULL;
}
