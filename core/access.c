/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may talk to the daemon, on top of the mode of its socket. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access.h"
#include "configuration.h"
#include "log.h"

/* A process is in no more groups than this, or the kernel says ERANGE and the peer is refused. */
#define GROUPS_MAX 1024

static bool is_allowed_user(const struct configuration *configuration, uid_t user)
{
	for (size_t i = 0; i < configuration->access_user_count; i++)
		if (configuration->access_users[i] == user)
			return true;
	return user == geteuid();
}

static bool is_allowed_group(const struct configuration *configuration, gid_t group)
{
	for (size_t i = 0; i < configuration->access_group_count; i++)
		if (configuration->access_groups[i] == group)
			return true;
	return false;
}

static bool is_in_allowed_group(const struct configuration *configuration, int connection)
{
	gid_t groups[GROUPS_MAX];
	socklen_t length = sizeof(groups);

	if (configuration->access_group_count == 0 ||
		getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
		return false;
	for (size_t i = 0; i < length / sizeof(groups[0]); i++)
		if (is_allowed_group(configuration, groups[i]))
			return true;
	return false;
}

bool access_is_allowed(const struct configuration *configuration, int connection, pid_t *pid)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) {
		log_error("a client is refused: cannot tell who it is: %s", strerror(errno));
		return false;
	}
	*pid = peer.pid;
	if (is_allowed_user(configuration, peer.uid) ||
		is_allowed_group(configuration, peer.gid) ||
		is_in_allowed_group(configuration, connection))
		return true;
	log_warn("client %d is refused: user %u is neither in access.users nor in access.groups",
		(int)peer.pid, (unsigned)peer.uid);
	return false;
}
