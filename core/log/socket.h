/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams to a socket in the file system. Sending never waits. */
#ifndef CORE_LOG_SOCKET_H
#define CORE_LOG_SOCKET_H

#include <stdbool.h>
#include <sys/uio.h>

/* DESCRIPTOR is -1 until the first datagram is sent, and after log_socket_close. */
struct log_socket {
	int descriptor;
};

/* Sends one datagram to PATH. Returns 0 or a negative errno. */
int log_socket_send(
	struct log_socket *log_socket, const char *path, const struct iovec *parts, int count);
void log_socket_close(struct log_socket *log_socket);

/* Whether a process listens on PATH. */
bool log_socket_is_there(const char *path);

#endif
