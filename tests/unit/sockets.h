/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UNIX sockets, as the processes beside a daemon use them. */
#ifndef TESTS_UNIT_SOCKETS_H
#define TESTS_UNIT_SOCKETS_H

#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static inline struct sockaddr_un sockets_address(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	return address;
}

/* Returns a connection, or a negative errno. */
static inline int sockets_connect(const char *path)
{
	struct sockaddr_un address = sockets_address(path);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int code;

	ck_assert_int_ge(descriptor, 0);
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	code = errno;
	close(descriptor);
	return -code;
}

/* A socket of TYPE at PATH, listening where BACKLOG is not negative. */
static inline int sockets_bind(const char *path, int type, int backlog)
{
	struct sockaddr_un address = sockets_address(path);
	int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	if (backlog >= 0)
		ck_assert_int_eq(listen(descriptor, backlog), 0);
	return descriptor;
}

#endif
