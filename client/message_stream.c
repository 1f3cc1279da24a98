/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to a daemon over which messages come one after the other. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon_connection.h"
#include "message_stream.h"
#include "protocol/wire.h"

#define READ_SIZE (64 * 1024)

int message_stream_open(
	struct message_stream *stream, const char *socket_path, struct lvmpolld_error *error)
{
	*stream = (struct message_stream){.descriptor = -1};
	stream->descriptor = daemon_connection_open(socket_path, error);
	return stream->descriptor < 0 ? stream->descriptor : 0;
}

void message_stream_close(struct message_stream *stream)
{
	if (stream->descriptor >= 0)
		close(stream->descriptor);
	buffer_free(&stream->input);
	*stream = (struct message_stream){.descriptor = -1};
}

int message_stream_send(
	struct message_stream *stream, const char *request, struct lvmpolld_error *error)
{
	return daemon_connection_send(stream->descriptor, request, error);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Reads what is there, or comes until UNTIL_MS (-1: whenever). */
static int receive_some(
	struct message_stream *stream, int64_t until_ms, struct lvmpolld_error *error)
{
	struct pollfd waiting = {.fd = stream->descriptor, .events = POLLIN};
	int64_t left_ms = until_ms < 0 ? -1 : until_ms - now_ms();
	ssize_t length;
	int ready;

	if (until_ms >= 0 && left_ms < 0)
		left_ms = 0;
	ready = poll(&waiting, 1, (int)left_ms);
	if (ready < 0)
		return error_set(error, errno, "cannot wait for the daemon: %s", strerror(errno));
	if (ready == 0)
		return error_set(error, ETIMEDOUT, "the daemon does not answer");
	if (buffer_reserve(&stream->input, READ_SIZE) < 0)
		return error_set(error, ENOMEM, "out of memory");
	length = recv(
		stream->descriptor, buffer_end(&stream->input), buffer_room(&stream->input), 0);
	if (length < 0)
		return error_set(error, errno, "no reply came: %s", strerror(errno));
	if (length == 0)
		return error_set(error, ECONNRESET, "the daemon closed the connection");
	buffer_take_in(&stream->input, (size_t)length);
	return 0;
}

int message_stream_receive(struct message_stream *stream, int timeout_ms,
	struct wire_message **message, struct lvmpolld_error *error)
{
	int64_t until_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	size_t length;

	while (!wire_find_end(&stream->input, &stream->scanned, &length)) {
		int result = stream->input.length > WIRE_MESSAGE_MAX
				     ? error_set(error, EMSGSIZE, "no daemon sends such a reply")
				     : receive_some(stream, until_ms, error);

		if (result < 0)
			return result;
	}
	stream->scanned = 0;
	*message = wire_parse(wire_peek(&stream->input, length), length);
	if (!*message)
		error_set(error, errno,
			errno == ENOMEM ? "out of memory" : "the reply cannot be understood");
	wire_drop(&stream->input, length);
	return *message ? 0 : -error->code;
}
