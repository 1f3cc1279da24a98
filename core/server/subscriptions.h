/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clients with a subscription are told each change, at most one a second for each operation. A
 * client that does not read is told nothing until it does, and then how many changes it has missed;
 * it costs the daemon nothing meanwhile.
 */
#ifndef CORE_SERVER_SUBSCRIPTIONS_H
#define CORE_SERVER_SUBSCRIPTIONS_H

struct server;

/* Something has changed, or a subscription has begun: the clients are told soon. */
void subscriptions_kick(struct server *server);

void subscriptions_destroy(struct server *server);

#endif
