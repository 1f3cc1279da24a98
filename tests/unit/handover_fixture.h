/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program after an upgrade is told of the operations of lifecycle_fixture.h. */
#ifndef TESTS_UNIT_HANDOVER_FIXTURE_H
#define TESTS_UNIT_HANDOVER_FIXTURE_H

#include "lifecycle_fixture.h"
#include "protocol/wire.h"
#include "server/server.h"
#include "upgrade/file.h"
#include "upgrade/handover.h"
#include "upgrade/write.h"

/* Calls VISIT with CONTEXT for each message of the handover. */
static inline void hand_over(int (*visit)(const struct wire_message *message, void *context,
				     struct lvmpolld_error *error),
	void *context)
{
	struct server server = {.configuration = configuration, .operations = &operations};
	const struct handover_parts parts = {
		.pidfile = -1, .operations = &operations, .server = &server};
	struct lvmpolld_error error;
	struct handover *handover;

	server.listener.descriptor = -1;
	TAILQ_INIT(&server.clients);
	handover = handover_read(handover_write(&parts, false, &error), &error);
	ck_assert_msg(handover, "%s", error.sentence);
	ck_assert_int_eq(handover_for_each(handover, visit, context, &error), 0);
	handover_free(handover);
}

#endif
