/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to look for what nobody sees to, and to adopt it. */
#include "config.h"

#include "configuration/configuration.h"
#include "lifecycle/claims.h"
#include "lifecycle/context.h"
#include "lifecycle/unattended.h"
#include "protocol/wire.h"
#include "server/adopt.h"
#include "util/buffer.h"

static void answer_look(struct operations *operations, struct buffer *reply)
{
	uint64_t number = unattended_look(operations);

	wire_add_answer(reply, "OK", NULL);
	wire_add_number(reply, "look", (int64_t)number);
	/* Then only what plugins discover is looked for. */
	if (operations->configuration->adopt == CONFIGURATION_ADOPT_NEVER)
		wire_add_number(reply, "never", 1);
}

static void answer_adoption(enum unattended_adoption adoption, struct buffer *reply)
{
	if (adoption == UNATTENDED_WANTED)
		wire_add_answer(reply, "OK", NULL);
	else if (adoption == UNATTENDED_AT_RISK)
		wire_add_answer(reply, "failed", CLAIM_AT_RISK);
	else
		wire_add_answer(reply, "not_found", NULL);
}

void adopt_answer(
	struct operations *operations, const struct wire_message *message, struct buffer *reply)
{
	int64_t id = wire_number(message, "id");

	if (!operations->monitor)
		wire_add_answer(reply, "failed", "the kernel is not watched");
	else if (!operations->unattended)
		wire_add_answer(
			reply, "failed", "the configuration says \"unattended: adopt: never\"");
	else if (id == 0)
		answer_look(operations, reply);
	else
		answer_adoption(unattended_adopt(operations, (uint64_t)id), reply);
}
