/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to a daemon that runs, as its clients have it. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon_connection.h"
#include "protocol/wire.h"

/* A daemon that does not answer for this long is reported, not waited for. */
#define REPLY_TIMEOUT_S 30

int daemon_connection_open(const char *socket_path, struct lvmpolld_error *error)
{
	static const struct timeval timeout = {.tv_sec = REPLY_TIMEOUT_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor;

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return error_set(error, ENAMETOOLONG,
			"%s: too long for a socket, whose path has at most %zu bytes", socket_path,
			sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, socket_path);
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return error_set(error, errno, "cannot make a socket: %s", strerror(errno));
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		error_set(
			error, errno, "no daemon answers at %s: %s", socket_path, strerror(errno));
		close(descriptor);
		return -error->code;
	}
	return descriptor;
}

static int send_all(int descriptor, const char *data, size_t length, struct lvmpolld_error *error)
{
	while (length > 0) {
		ssize_t sent = send(descriptor, data, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return error_set(
				error, errno, "cannot send the request: %s", strerror(errno));
		data += sent;
		length -= (size_t)sent;
	}
	return 0;
}

static int receive_some(int descriptor, FILE *text, struct lvmpolld_error *error)
{
	char data[4096];
	ssize_t length;

	do
		length = recv(descriptor, data, sizeof(data), 0);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return error_set(error, errno, "no reply came: %s", strerror(errno));
	if (length == 0)
		return error_set(error, ECONNRESET, "the daemon closed the connection");
	fwrite(data, 1, (size_t)length, text);
	if (fflush(text) != 0)
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

static int receive_reply(int descriptor, char **reply, struct lvmpolld_error *error)
{
	size_t size = 0;
	FILE *text = open_memstream(reply, &size);
	int result = 0;

	if (!text)
		return error_set(error, ENOMEM, "out of memory");
	while (result == 0 && (size < WIRE_END_LENGTH || memcmp(*reply + size - WIRE_END_LENGTH,
								 WIRE_END, WIRE_END_LENGTH) != 0))
		result = size > WIRE_MESSAGE_MAX
				 ? error_set(error, EMSGSIZE,
					   "the reply has more than %zu MiB: no daemon sends that",
					   WIRE_MESSAGE_MAX >> 20)
				 : receive_some(descriptor, text, error);
	/* Out of memory for the last bytes: the text is gone by then. */
	if ((fclose(text) != 0 || !*reply) && result == 0)
		result = error_set(error, ENOMEM, "out of memory");
	if (result < 0) {
		free(*reply);
		*reply = NULL;
		return result;
	}
	(*reply)[size - WIRE_END_LENGTH] = '\0';
	return 0;
}

int daemon_connection_send(int descriptor, const char *request, struct lvmpolld_error *error)
{
	int result = send_all(descriptor, request, strlen(request), error);

	return result == 0 ? send_all(descriptor, WIRE_END, WIRE_END_LENGTH, error) : result;
}

int daemon_connection_ask(
	int descriptor, const char *request, char **reply, struct lvmpolld_error *error)
{
	int result = daemon_connection_send(descriptor, request, error);

	if (result == 0)
		result = receive_reply(descriptor, reply, error);
	return result;
}

int daemon_connection_print_dump(
	const char *socket_path, FILE *stream, struct lvmpolld_error *error)
{
	int descriptor = daemon_connection_open(socket_path, error);
	char *text;
	int result;

	if (descriptor < 0)
		return descriptor;
	result = daemon_connection_ask(descriptor, "request=\"dump\"", &text, error);
	close(descriptor);
	if (result < 0)
		return result;
	if (fprintf(stream, "%s\n", text) < 0 || fflush(stream) != 0)
		result = error_set(error, errno, "cannot write the dump: %s", strerror(errno));
	free(text);
	return result;
}
