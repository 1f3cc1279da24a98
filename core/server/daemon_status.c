/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the daemon itself. */
#include "config.h"

#include <unistd.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/unattended.h"
#include "log/log.h"
#include "protocol/wire.h"
#include "server/daemon_status.h"

static size_t count_operations(const struct operations *operations)
{
	const struct operation *operation;
	size_t count = 0;

	TAILQ_FOREACH (operation, &operations->list, link)
		count++;
	return count;
}

void daemon_status_write(struct operations *operations, struct buffer *reply)
{
	const struct configuration *configuration = operations->configuration;
	size_t count = count_operations(operations);

	wire_add_string(reply, "response", "OK");
	wire_add_string(reply, "daemon_version", PACKAGE_VERSION);
	wire_add_number(reply, "pid", getpid());
	wire_add_string(reply, "socket", configuration->socket_path);
	wire_add_string(reply, "log_level", log_level_name(log_settings_in_force().level));
	wire_add_number(reply, "kernel_watched", operations->monitor ? 1 : 0);
	wire_add_number(reply, "in_flight", (int64_t)operations->in_flight);
	wire_add_number(reply, "dormant", (int64_t)(count - operations->in_flight));
	wire_add_number(reply, "running", (int64_t)operations->scheduler.running);
	wire_add_number(reply, "waiting", (int64_t)operations->scheduler.waiting);
	wire_add_number(reply, "unrecorded", (int64_t)operations->stale_records);
	wire_add_number(reply, "unattended", (int64_t)unattended_count(operations));
	wire_add_number(reply, "looks", (int64_t)unattended_looks(operations));
}
