/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may talk to the daemon, on top of the mode of its socket. */
#ifndef CORE_ACCESS_H
#define CORE_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct configuration;

/*
 * The peer of CONNECTION is one of access.users or in one of access.groups, or runs as the same
 * user as the daemon; PID is its process. Where it is not, that is said in the log.
 */
bool access_is_allowed(const struct configuration *configuration, int connection, pid_t *pid);

#endif
