/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may talk to the daemon, on top of the mode of its socket. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "configuration/configuration.h"
#include "log/log.h"
#include "server/access.h"

/*
 * The most groups that a process is in. If it is in more, the kernel says ERANGE, and the peer is
 * refused.
 */
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

int access_find_peer(int connection, struct access_peer *peer)
{
	struct ucred found;
	socklen_t length = sizeof(found);

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &found, &length) < 0)
		return -errno;
	*peer = (struct access_peer){.pid = found.pid, .user = found.uid, .group = found.gid};
	return 0;
}

bool access_is_allowed(
	const struct configuration *configuration, int connection, struct access_peer *peer)
{
	int result = access_find_peer(connection, peer);

	if (result < 0) {
		log_error("a client is refused: cannot tell who it is: %s", strerror(-result));
		return false;
	}
	if (is_allowed_user(configuration, peer->user) ||
		is_allowed_group(configuration, peer->group) ||
		is_in_allowed_group(configuration, connection))
		return true;
	log_warn("client %d is refused: user %u is neither in access.users nor in access.groups",
		(int)peer->pid, (unsigned)peer->user);
	return false;
}
