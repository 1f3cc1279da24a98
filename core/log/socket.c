/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams to a socket in the file system, without ever waiting; used by the log's targets. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log/socket.h"

static int set_address(struct sockaddr_un *address, const char *path)
{
	size_t length = strlen(path);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (length >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, length);
	return 0;
}

static int open_socket(void)
{
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return descriptor < 0 ? -errno : descriptor;
}

/* Never connected, so that a receiver that was started again is found without further ado. */
int log_socket_send(
	struct log_socket *log_socket, const char *path, const struct iovec *parts, int count)
{
	struct sockaddr_un address;
	struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = sizeof(address),
		.msg_iov = (struct iovec *)parts, /* sendmsg only reads them */
		.msg_iovlen = (size_t)count,
	};
	int result = set_address(&address, path);

	if (result < 0)
		return result;
	if (log_socket->descriptor < 0)
		log_socket->descriptor = open_socket();
	if (log_socket->descriptor < 0)
		return log_socket->descriptor;
	return sendmsg(log_socket->descriptor, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void log_socket_close(struct log_socket *log_socket)
{
	if (log_socket->descriptor >= 0)
		close(log_socket->descriptor);
	log_socket->descriptor = -1;
}

bool log_socket_is_there(const char *path)
{
	struct sockaddr_un address;
	int descriptor, result;

	if (set_address(&address, path) < 0)
		return false;
	descriptor = open_socket();
	if (descriptor < 0)
		return false;
	result = connect(descriptor, (const struct sockaddr *)&address, sizeof(address));
	close(descriptor);
	return result == 0;
}
