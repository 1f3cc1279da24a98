/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to forget an operation for good. */
#include "config.h"

#include "lifecycle/claims.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/operations_forget.h"
#include "protocol/wire.h"
#include "server/forget.h"
#include "util/buffer.h"

static void agree(struct buffer *reply, bool is_ending, bool has_loss)
{
	wire_add_answer(reply, "OK", NULL);
	wire_add_number(reply, "ending", is_ending);
	wire_add_number(reply, "loss", has_loss);
}

void forget_answer(
	struct operations *operations, const struct wire_message *message, struct buffer *reply)
{
	int64_t id = wire_number(message, "id");
	enum operations_forgotten forgotten;
	bool has_loss;

	if (id <= 0) {
		wire_add_answer(reply, "failed", "request requires id set");
		return;
	}
	forgotten = operations_forget(
		operations, (uint64_t)id, wire_number(message, "at_risk") != 0, &has_loss);
	lifecycle_settle(operations);
	switch (forgotten) {
	case FORGOTTEN:
	case FORGOTTEN_AT_ITS_END:
		agree(reply, forgotten == FORGOTTEN_AT_ITS_END, has_loss);
		break;
	case FORGOTTEN_NOT_THERE:
		wire_add_answer(reply, "not_found", NULL);
		break;
	case FORGOTTEN_NOT_AT_RISK:
		wire_add_answer(reply, "failed", CLAIM_AT_RISK);
		break;
	case FORGOTTEN_NOT_NOW:
		wire_add_answer(reply, "failed",
			"the lvpoll of a previous daemon still runs for it: try again");
		break;
	}
}
