/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may talk to the daemon, on top of the mode of its socket, and who may steer. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "configuration/configuration.h"
#include "log/log.h"
#include "server/access.h"

/*
 * The most groups that a process is in. If it is in more, the kernel says ERANGE, and only its
 * first group counts.
 */
#define GROUPS_MAX 1024

static bool is_in(const struct configuration_ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (ids->list[i] == id)
			return true;
	return false;
}

static bool is_in_any_group(const struct configuration_ids *ids, int connection)
{
	gid_t groups[GROUPS_MAX];
	socklen_t length = sizeof(groups);

	if (ids->count == 0 ||
		getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
		return false;
	for (size_t i = 0; i < length / sizeof(groups[0]); i++)
		if (is_in(ids, groups[i]))
			return true;
	return false;
}

/* PEER, which is at CONNECTION, is one of USERS, or a member of one of GROUPS. */
static bool is_one_of(const struct configuration_ids *users, const struct configuration_ids *groups,
	int connection, const struct access_peer *peer)
{
	return is_in(users, peer->user) || is_in(groups, peer->group) ||
	       is_in_any_group(groups, connection);
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

bool access_is_privileged(uid_t user)
{
	return user == 0 || user == geteuid();
}

bool access_may_steer(
	const struct configuration *configuration, int connection, const struct access_peer *peer)
{
	return access_is_privileged(peer->user) ||
	       is_one_of(&configuration->access_steer_users, &configuration->access_steer_groups,
		       connection, peer);
}

bool access_is_allowed(
	const struct configuration *configuration, int connection, struct access_peer *peer)
{
	int result = access_find_peer(connection, peer);

	if (result < 0) {
		log_error("a client is refused: cannot tell who it is: %s", strerror(-result));
		return false;
	}
	if (peer->user == geteuid() ||
		is_one_of(&configuration->access_users, &configuration->access_groups, connection,
			peer) ||
		is_one_of(&configuration->access_steer_users, &configuration->access_steer_groups,
			connection, peer))
		return true;
	log_warn("client %d is refused: user %u is in none of access.users, access.groups, "
		 "access.steer_users and access.steer_groups",
		(int)peer->pid, (unsigned)peer->user);
	return false;
}
