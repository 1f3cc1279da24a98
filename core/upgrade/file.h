/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file that the old program writes for the new one. It begins with messages in the syntax of
 * the wire: the first is about the daemon, the last is called "end". Then come, in the order of the
 * clients' messages, the bytes that each client has sent and those that it has not read.
 */
#ifndef CORE_UPGRADE_FILE_H
#define CORE_UPGRADE_FILE_H

#include <stddef.h>

#include "util/error.h"

struct handover;
struct wire_message;

/* To be raised when a program with the previous version could not read the file. */
#define HANDOVER_VERSION 2

/*
 * Reads the file DESCRIPTOR, closes it, and checks all of it, so that no later call finds an error
 * in it. Returns NULL with the error if it is not such a file.
 */
struct handover *handover_read(int descriptor, struct lvmpolld_error *error);
void handover_free(struct handover *handover);

/* The first message. */
const struct wire_message *handover_daemon(const struct handover *handover);

/*
 * Calls ACT with each message behind the first, the end included, until ACT returns a negative
 * errno, which is returned. One message at a time is in memory: there may be many thousands.
 */
int handover_for_each(const struct handover *handover,
	int (*act)(const struct wire_message *message, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error);

/* The bytes of the clients; none if the file was written for a rehearsal. */
struct handover_bytes {
	const char *data;
	size_t length;
};
struct handover_bytes handover_client_bytes(const struct handover *handover);

/* Takes the next LENGTH bytes. NULL if there are fewer. */
const char *handover_take_bytes(struct handover_bytes *bytes, size_t length);

#endif
