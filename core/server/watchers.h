/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clients that watch are told each change, at most one a second for each operation. A client that
 * does not read is told nothing until it does, and then how many changes it has missed; it costs
 * the daemon nothing meanwhile.
 */
#ifndef CORE_SERVER_WATCHERS_H
#define CORE_SERVER_WATCHERS_H

struct server;

/* Something has changed, or a client has begun to watch: the clients are told soon. */
void watchers_kick(struct server *server);

void watchers_destroy(struct server *server);

#endif
