/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may talk to the daemon, on top of the mode of its socket. */
#ifndef CORE_ACCESS_H
#define CORE_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct configuration;

/* Who is at the other end of a connection, as it was when that was made. */
struct access_peer {
	pid_t pid;
	uid_t user;
	gid_t group;
};

/* Finds out who the PEER of CONNECTION is. Returns 0 or a negative errno. */
int access_find_peer(int connection, struct access_peer *peer);

/*
 * The PEER of CONNECTION is one of access.users or in one of access.groups, or runs as the same
 * user as the daemon. Where it is not, that is said in the log.
 */
bool access_is_allowed(
	const struct configuration *configuration, int connection, struct access_peer *peer);

#endif
