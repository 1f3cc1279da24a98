/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket that systemd passes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/activation.h"

/* The first descriptor that is passed: a constant of systemd's interface. */
#define PASSED_DESCRIPTOR 3

/* The default backlog of a socket. Without a limit, clients that keep coming would keep the daemon
 * from ending. */
#define TURNED_AWAY_MAX 4096

static const char *const variables[] = {
	"LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES", "SD_ACTIVATION"};

static void forget_variables(void)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
}

/* Reads the decimal number in variable NAME; anything else there is an error. */
static int read_number(const char *name, long *number, struct lvmpolld_error *error)
{
	const char *text = getenv(name);
	char *end;

	if (!text)
		return -ENOENT;
	errno = 0;
	*number = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && *number >= 0)
		return 0;
	return error_set(error, EINVAL,
		"environment variable %s is \"%.32s\": a number was expected, as systemd sets it",
		name, text);
}

/* Returns how many descriptors were passed to this very process, or a negative errno. */
static int count_passed(struct lvmpolld_error *error)
{
	long process, count;
	int result = read_number("LISTEN_PID", &process, error);

	/* A parent's variables may have come down to us: its socket is not ours. */
	if (result == 0 && process != (long)getpid())
		return -ENOENT;
	if (result == 0)
		result = read_number("LISTEN_FDS", &count, error);
	if (result != 0)
		return result;
	if (count == 0)
		return -ENOENT;
	if (count > 1)
		return error_set(error, EINVAL,
			"systemd passed %ld sockets (LISTEN_FDS): exactly one was expected", count);
	return 1;
}

static bool has_option(int option, int expected)
{
	socklen_t size = sizeof(int);
	int value;

	return getsockopt(PASSED_DESCRIPTOR, SOL_SOCKET, option, &value, &size) == 0 &&
	       value == expected;
}

static int check_socket(struct lvmpolld_error *error)
{
	if (has_option(SO_DOMAIN, AF_UNIX) && has_option(SO_TYPE, SOCK_STREAM) &&
		has_option(SO_ACCEPTCONN, 1))
		return 0;
	return error_set(error, EINVAL,
		"descriptor %d, passed by systemd, is not a listening UNIX stream socket",
		PASSED_DESCRIPTOR);
}

static int set_flags(struct lvmpolld_error *error)
{
	int flags = fcntl(PASSED_DESCRIPTOR, F_GETFL);

	if (flags >= 0 && fcntl(PASSED_DESCRIPTOR, F_SETFL, flags | O_NONBLOCK) == 0 &&
		fcntl(PASSED_DESCRIPTOR, F_SETFD, FD_CLOEXEC) == 0)
		return 0;
	return error_set(
		error, errno, "the socket passed by systemd cannot be set up: %s", strerror(errno));
}

int activation_take_socket(struct lvmpolld_error *error)
{
	int result = count_passed(error);

	/* No child may take itself for the one that the socket is meant for. */
	forget_variables();
	if (result < 0)
		return result;
	result = check_socket(error);
	if (result == 0)
		result = set_flags(error);
	return result == 0 ? PASSED_DESCRIPTOR : result;
}

void activation_turn_away(void)
{
	struct lvmpolld_error error;
	int listening = activation_take_socket(&error);

	if (listening < 0)
		return;
	for (int i = 0; i < TURNED_AWAY_MAX; i++) {
		int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			break;
		close(client);
	}
}
