/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to a daemon over which messages come one after the other: long replies, changes. */
#ifndef CLIENT_MESSAGE_STREAM_H
#define CLIENT_MESSAGE_STREAM_H

#include <stddef.h>

#include "util/buffer.h"
#include "util/error.h"

struct wire_message;

struct message_stream {
	int descriptor; /* -1: not connected */
	struct buffer input;
	size_t scanned;
};

/* Connects to the daemon at SOCKET_PATH. Returns 0 or a negative errno with the error. */
int message_stream_open(
	struct message_stream *stream, const char *socket_path, struct lvmpolld_error *error);
void message_stream_close(struct message_stream *stream);

/* Sends REQUEST, its text without the end. Returns 0 or a negative errno with the error. */
int message_stream_send(
	struct message_stream *stream, const char *request, struct lvmpolld_error *error);

/*
 * Waits TIMEOUT_MS (-1: as long as it takes) for the next message, which is the caller's to free.
 * Returns 0 or a negative errno with the error: -ETIMEDOUT, -ECONNRESET where the daemon has
 * closed the connection, -EINTR after a signal.
 */
int message_stream_receive(struct message_stream *stream, int timeout_ms,
	struct wire_message **message, struct lvmpolld_error *error);

#endif
