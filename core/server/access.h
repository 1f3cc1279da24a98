/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may connect, besides the mode of the socket. */
#ifndef CORE_SERVER_ACCESS_H
#define CORE_SERVER_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct configuration;

/* The process at the other end of a connection, as it was when it connected. */
struct access_peer {
	pid_t pid;
	uid_t user;
	gid_t group;
};

/* Finds out who the PEER of CONNECTION is. Returns 0 or a negative errno. */
int access_find_peer(int connection, struct access_peer *peer);

/*
 * Finds out who is at CONNECTION, *PEER, and whether it may connect: its user is one of
 * access.users, or in one of access.groups, or the user of the daemon. A refusal is logged.
 */
bool access_is_allowed(
	const struct configuration *configuration, int connection, struct access_peer *peer);

#endif
