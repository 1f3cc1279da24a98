/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program hands over to a new one in the same process: the listening socket, the pid file,
 * the clients with their unanswered requests and unread replies, the children with their pipes, the
 * operations and the results.
 */
#ifndef CORE_UPGRADE_HANDOVER_H
#define CORE_UPGRADE_HANDOVER_H

struct operations;
struct server;

/* What is handed over. */
struct handover_parts {
	int pidfile; /* holds the lock on the pid file */
	struct operations *operations;
	struct server *server;
};

#endif
