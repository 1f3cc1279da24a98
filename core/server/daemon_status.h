/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the daemon itself. */
#ifndef CORE_SERVER_DAEMON_STATUS_H
#define CORE_SERVER_DAEMON_STATUS_H

struct buffer;
struct operations;

/* Adds what the daemon is, and what it does, to REPLY. */
void daemon_status_write(struct operations *operations, struct buffer *reply);

#endif
