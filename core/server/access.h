/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may connect, besides the mode of the socket, and who may steer. */
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

/* Whether USER has privilege: it is root, or the user of the daemon. */
bool access_is_privileged(uid_t user);

/*
 * Whether PEER, which is at CONNECTION, may abort, resume and adopt what the daemon knows: it has
 * privilege, or its user is one of access.steer_users, or in one of access.steer_groups.
 */
bool access_may_steer(
	const struct configuration *configuration, int connection, const struct access_peer *peer);

/*
 * Finds out who is at CONNECTION, *PEER, and whether it may connect: its user is one of
 * access.users, or in one of access.groups, or may steer, or is the user of the daemon. A refusal
 * is logged.
 */
bool access_is_allowed(
	const struct configuration *configuration, int connection, struct access_peer *peer);

#endif
