/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Another syslog: with LD_PRELOAD, what a process sends to /dev/log, or connects to there, goes to
 * the socket that the variable names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define EXPORT __attribute__((visibility("default")))
#define SYSLOG "/dev/log"

/* Puts the address to use for ADDRESS into OTHER; returns its length, or 0 where it stays. */
static socklen_t replace(const void *address, socklen_t length, struct sockaddr_un *other)
{
	const struct sockaddr_un *wanted = address;
	const char *path = getenv("LVMPOLLD_OTHER_SYSLOG");

	if (!path || !address || length <= sizeof(sa_family_t) || wanted->sun_family != AF_UNIX ||
		strncmp(wanted->sun_path, SYSLOG, length - sizeof(sa_family_t)) != 0)
		return 0;
	*other = (struct sockaddr_un){.sun_family = AF_UNIX};
	strncpy(other->sun_path, path, sizeof(other->sun_path) - 1);
	return sizeof(*other);
}

EXPORT ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags)
{
	ssize_t (*next)(int, const struct msghdr *, int) =
		(ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
	struct msghdr changed = *message;
	struct sockaddr_un other;
	socklen_t length = replace(message->msg_name, message->msg_namelen, &other);

	if (length > 0) {
		changed.msg_name = &other;
		changed.msg_namelen = length;
	}
	return next(descriptor, &changed, flags);
}

EXPORT int connect(int descriptor, const struct sockaddr *address, socklen_t length)
{
	int (*next)(int, const struct sockaddr *, socklen_t) =
		(int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
	struct sockaddr_un other;
	socklen_t other_length = replace(address, length, &other);

	if (other_length > 0)
		return next(descriptor, (const struct sockaddr *)&other, other_length);
	return next(descriptor, address, length);
}
