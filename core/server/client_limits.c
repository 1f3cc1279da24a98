/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much a client may send and ask. */
#include "config.h"

#include <errno.h>

#include "configuration/configuration.h"
#include "log/log.h"
#include "protocol/wire.h"
#include "server/client.h"
#include "server/client_limits.h"
#include "server/server.h"

bool client_limits_is_full(const struct client *client)
{
	return client->input.length >
	       client->server->configuration->limit_message_size + WIRE_END_LENGTH;
}

bool client_limits_may_ask_no_more(const struct client *client)
{
	unsigned limit = client->server->configuration->limit_requests;

	return limit > 0 && client->requests >= limit;
}

void client_limits_log(const struct client *client, int result)
{
	const struct configuration *configuration = client->server->configuration;

	if (result == -EMSGSIZE)
		log_warn("client %d is disconnected: its message has more bytes than "
			 "limits.message_size (%zu)",
			(int)client->pid, configuration->limit_message_size);
	else if (result == -EDQUOT)
		log_warn("client %d is disconnected: it has made limits.requests (%u)",
			(int)client->pid, configuration->limit_requests);
	else
		log_error(
			"client %d is disconnected: out of memory for its reply", (int)client->pid);
}
