/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The requests to abort, to resume and to adopt what the daemon knows, by its number. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "configuration/configuration.h"
#include "lifecycle/claims.h"
#include "lifecycle/context.h"
#include "lifecycle/numbers.h"
#include "lifecycle/operations_steer.h"
#include "lifecycle/unattended.h"
#include "log/log.h"
#include "protocol/wire.h"
#include "server/access.h"
#include "server/sender.h"
#include "server/steer.h"
#include "util/buffer.h"

#define REASON_NOT_ALLOWED                                                                         \
	"only root, and who is named in access.steer_users or access.steer_groups "                \
	"(lvmpolld.yaml(5)), may abort, resume and adopt"
#define REASON_FOR_ROOT "it was given up, forgotten, or set aside: root alone may adopt it"
#define REASON_NEVER    "the configuration says \"unattended: adopt: never\""

/* For the log. */
#define WHO_SIZE 64

/* Finds out whether SENDER may steer, and WHO it is. */
static bool find_sender(
	const struct operations *operations, const struct sender *sender, char who[WHO_SIZE])
{
	struct access_peer peer = {0};
	bool is_known = access_find_peer(sender->connection, &peer) == 0;

	snprintf(who, WHO_SIZE, "client %d of user %u", (int)peer.pid, (unsigned)peer.user);
	return sender->is_privileged ||
	       (is_known && access_may_steer(operations->configuration, sender->connection, &peer));
}

bool steer_is_allowed(const struct operations *operations, const struct sender *sender)
{
	char who[WHO_SIZE];

	return find_sender(operations, sender, who);
}

static void refuse(const char *who, const char *verb, const char *response, const char *reason,
	struct buffer *reply)
{
	log_notice("%s: its request to %s is refused: %s", who, verb, reason);
	wire_add_answer(reply, response, reason);
}

/*
 * Checks that SENDER, which is WHO, may steer, and says nothing about what is steered but its
 * number. Otherwise it answers so, and returns false.
 */
static bool check(const struct operations *operations, const struct sender *sender,
	const struct wire_message *message, char who[WHO_SIZE], struct buffer *reply)
{
	static const char *const known[] = {"request", "id", NULL};
	const char *verb = wire_string(message, "request");
	const char *other = wire_other_key(message, known);
	char reason[192];

	if (!find_sender(operations, sender, who)) {
		refuse(who, verb, "invalid", REASON_NOT_ALLOWED, reply);
		return false;
	}
	if (!other)
		return true;
	snprintf(reason, sizeof(reason),
		"%s takes the number of an operation, \"id\", and nothing else: \"%.64s\" is as "
		"the daemon has it on record",
		verb, other);
	refuse(who, verb, "invalid", reason, reply);
	return false;
}

/* The operation with the id of MESSAGE; NULL where there is none, which is answered then. */
static struct operation *find(const struct operations *operations,
	const struct wire_message *message, const char *who, struct buffer *reply)
{
	const char *verb = wire_string(message, "request");
	int64_t id = wire_number(message, "id");
	struct operation *operation = id > 0 ? numbers_find(operations, (uint64_t)id) : NULL;

	if (operation)
		log_operation(LOG_LEVEL_NOTICE, operation, "%s asks to %s it (id:%" PRId64 ")", who,
			verb, id);
	else if (id <= 0)
		wire_add_answer(reply, "failed", "request requires id set");
	else
		wire_add_answer(reply, "not_found", NULL);
	if (!operation && id > 0)
		log_notice("%s asks to %s id:%" PRId64 ", which is not in flight", who, verb, id);
	return operation;
}

void steer_abort(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply)
{
	struct operation *operation;
	struct lvmpolld_error error;
	char who[WHO_SIZE];
	uint64_t number;

	if (!check(operations, sender, message, who, reply))
		return;
	operation = find(operations, message, who, reply);
	if (!operation)
		return;
	if (operations_abort(operation, &number, &error) < 0) {
		refuse(who, "abort", error.code == EOPNOTSUPP ? "invalid" : "failed",
			error.sentence, reply);
		return;
	}
	wire_add_answer(reply, "OK", NULL);
	/* It may be over already. */
	if (number > 0)
		wire_add_number(reply, "id", (int64_t)number);
}

void steer_resume(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply)
{
	struct operation *operation;
	struct lvmpolld_error error;
	char who[WHO_SIZE];

	if (!check(operations, sender, message, who, reply))
		return;
	operation = find(operations, message, who, reply);
	if (!operation)
		return;
	if (operations_resume(operation, &error) < 0)
		refuse(who, "resume", "failed", error.sentence, reply);
	else
		wire_add_answer(reply, "OK", NULL);
}

/* A plugin that discovers keeps the look going whatever the configuration says: that is root's. */
static bool is_never(const struct operations *operations, const struct sender *sender)
{
	return !operations->unattended ||
	       (!sender->is_privileged &&
		       operations->configuration->adopt == CONFIGURATION_ADOPT_NEVER);
}

static void look(struct operations *operations, struct buffer *reply)
{
	uint64_t number = unattended_look(operations);

	wire_add_answer(reply, "OK", NULL);
	wire_add_number(reply, "look", (int64_t)number);
	/* Then only what plugins discover is looked for. */
	if (operations->configuration->adopt == CONFIGURATION_ADOPT_NEVER)
		wire_add_number(reply, "never", 1);
}

static void adopt(struct operations *operations, uint64_t number, bool is_root, const char *who,
	struct buffer *reply)
{
	switch (unattended_adopt(operations, number, is_root, who)) {
	case UNATTENDED_WANTED:
		wire_add_answer(reply, "OK", NULL);
		break;
	case UNATTENDED_AT_RISK:
		refuse(who, "adopt", "failed", CLAIM_AT_RISK, reply);
		break;
	case UNATTENDED_FOR_ROOT:
		refuse(who, "adopt", "failed", REASON_FOR_ROOT, reply);
		break;
	case UNATTENDED_NOT_THERE:
		log_notice("%s asks to adopt id:%" PRIu64 ", which is not unattended", who, number);
		wire_add_answer(reply, "not_found", NULL);
		break;
	}
}

void steer_adopt(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, struct buffer *reply)
{
	int64_t id = wire_number(message, "id");
	char who[WHO_SIZE];

	if (!check(operations, sender, message, who, reply))
		return;
	if (!operations->monitor) {
		refuse(who, "adopt", "failed", "the kernel is not watched", reply);
	} else if (is_never(operations, sender)) {
		refuse(who, "adopt", "failed", REASON_NEVER, reply);
	} else if (id == 0) {
		/* Nothing comes of that alone. */
		log_info("%s asks to look for what nobody sees to", who);
		look(operations, reply);
	} else {
		adopt(operations, (uint64_t)id, sender->is_privileged, who, reply);
	}
}
