/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handing everything over to a new program in the same process: the listening socket, the pid file,
 * the clients with what they have sent and not yet read, the children with their pipes, operations
 * and results.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

struct operations;
struct server;

/* What is handed over. */
struct handover_parts {
	int pidfile; /* holds the lock on the pid file */
	struct operations *operations;
	struct server *server;
};

#endif
