/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The floor under the daemon's start, whatever it does: a program that needs the same shared
 * libraries, loads the same plugins, takes the pid file and the socket, sends back what it
 * receives, and does nothing else.
 *
 *   bare_start SOCKET PIDFILE PLUGIN...
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>
#include <libdevmapper.h>
#include <ltdl.h>
#include <yaml.h>

static volatile sig_atomic_t is_ended;

static void on_sigterm(int signal_number)
{
	(void)signal_number;
	is_ended = 1;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "bare_start: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

/* One call into each library, so that the linker keeps it. */
static int use_libraries(void)
{
	char version[32];
	int major, minor, patch;

	yaml_get_version(&major, &minor, &patch);
	return event_get_version_number() == 0 ||
	       !dm_get_library_version(version, sizeof(version)) || lt_dlinit() != 0;
}

static int take_pidfile(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (descriptor < 0 || fcntl(descriptor, F_SETLK, &lock) < 0)
		return -1;
	return dprintf(descriptor, "%d\n", (int)getpid());
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		listen(listener, 16) == 0)
		return listener;
	return -1;
}

static void serve(int listener)
{
	static char buffer[4096];

	while (!is_ended) {
		int descriptor = accept(listener, NULL, NULL);
		ssize_t length;

		while (descriptor >= 0 &&
			(length = recv(descriptor, buffer, sizeof(buffer), 0)) > 0)
			if (send(descriptor, buffer, (size_t)length, MSG_NOSIGNAL) != length)
				break;
		if (descriptor >= 0)
			close(descriptor);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_sigterm};
	int listener;

	if (argc < 3)
		return fail("usage", "bare_start SOCKET PIDFILE PLUGIN...");
	if (use_libraries())
		return fail("libraries", "one of them does not work");
	if (take_pidfile(argv[2]) < 0)
		return fail(argv[2], strerror(errno));
	for (int i = 3; i < argc; i++)
		if (!lt_dlopen(argv[i]))
			return fail(argv[i], lt_dlerror());
	sigaction(SIGTERM, &action, NULL);
	listener = open_socket(argv[1]);
	if (listener < 0)
		return fail(argv[1], strerror(errno));
	serve(listener);
	unlink(argv[1]);
	return EXIT_SUCCESS;
}
