/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The floor under every request: sends back what it receives, over the same kind of socket as the
 * daemon's, one connection after another.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "echo_server: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static void serve(int descriptor)
{
	static char buffer[65536];
	ssize_t length;

	while ((length = recv(descriptor, buffer, sizeof(buffer), 0)) > 0)
		if (send(descriptor, buffer, (size_t)length, MSG_NOSIGNAL) != length)
			break;
	close(descriptor);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int descriptor;

	if (argc != 2) {
		fprintf(stderr, "usage: echo_server SOCKET\n");
		return EXIT_FAILURE;
	}
	strncpy(address.sun_path, argv[1], sizeof(address.sun_path) - 1);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(listener, 16) < 0)
		return fail(argv[1]);
	while ((descriptor = accept(listener, NULL, NULL)) >= 0)
		serve(descriptor);
	return fail("accept");
}
