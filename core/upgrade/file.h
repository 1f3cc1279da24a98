/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an old program writes down for a new one: messages in the syntax of the wire, the first
 * about the daemon and the last called "end", and behind them the bytes that clients have sent and
 * not yet read, in the order of their messages.
 */
#ifndef CORE_HANDOVER_FILE_H
#define CORE_HANDOVER_FILE_H

#include <stddef.h>

#include "util/error.h"

struct handover;
struct wire_message;

/* Raised when an older program could not make sense of what is written. */
#define HANDOVER_VERSION 1

/*
 * Reads what was written into the file DESCRIPTOR, which is closed, and checks it all, so that
 * nothing can be wrong with it later. NULL where it is no such file.
 */
struct handover *handover_read(int descriptor, struct lvmpolld_error *error);
void handover_free(struct handover *handover);

/* The first message. */
const struct wire_message *handover_daemon(const struct handover *handover);

/*
 * Calls ACT with each message behind the first, the end included, until it returns a negative
 * errno, which is returned. Only one is in memory at a time: there may be many thousands.
 */
int handover_for_each(const struct handover *handover,
	int (*act)(const struct wire_message *message, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error);

/* The bytes of the clients; empty where it was written for a rehearsal. */
struct handover_bytes {
	const char *data;
	size_t length;
};
struct handover_bytes handover_client_bytes(const struct handover *handover);

/* Takes the first LENGTH of them. NULL where there are not so many. */
const char *handover_take_bytes(struct handover_bytes *bytes, size_t length);

#endif
