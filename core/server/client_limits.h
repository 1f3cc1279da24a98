/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much a client may send and ask. Main thread only. */
#ifndef CORE_SERVER_CLIENT_LIMITS_H
#define CORE_SERVER_CLIENT_LIMITS_H

#include <stdbool.h>

struct client;

/* Whether CLIENT has sent so much that its message is seen to be too long, without reading more. */
bool client_limits_is_full(const struct client *client);

/* Whether CLIENT has made as many requests as it may. */
bool client_limits_may_ask_no_more(const struct client *client);

/*
 * Says in the log why CLIENT is disconnected: RESULT is -EMSGSIZE where its message is too long,
 * -EDQUOT where it may ask no more, or -ENOMEM.
 */
void client_limits_log(const struct client *client, int result);

#endif
