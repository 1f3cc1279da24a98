/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the daemon. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include <stdbool.h>

#include "entry.h"
#include "message_stream.h"
#include "util/error.h"

/* Exit statuses, as the manual page has them. */
enum ctl_status {
	CTL_GOOD = 0,
	CTL_FAILED = 1, /* an operation that was waited for has failed, or output has */
	CTL_USAGE = 2,
	CTL_NO_OPERATION = 3,
	CTL_NO_DAEMON = 4,
	CTL_REFUSED = 5, /* by the daemon, or it does not know the request */
	CTL_TIMEOUT = 124
};

/* What the command line says for all verbs. */
struct ctl {
	const char *socket_path;
};

/* Writes the sentence of ERROR to standard error, and returns STATUS. */
int ctl_complain(const struct lvmpolld_error *error, int status);
/* Flushes standard output. Returns STATUS, or CTL_FAILED where it could not be written. */
int ctl_finish(int status);

/*
 * Connects and sends REQUEST, its text. Returns CTL_GOOD where it is answered with OK, in *REPLY
 * unless that is NULL; else a status, with the error: CTL_NO_OPERATION where it knows none of that
 * number.
 */
int ask_begin(const struct ctl *ctl, const char *request, struct message_stream *stream,
	struct wire_message **reply, struct lvmpolld_error *error);

/* Calls TAKE with each further message of the reply, up to its last, and closes STREAM. */
int ask_items(struct message_stream *stream,
	int (*take)(const struct wire_message *message, void *context), void *context,
	struct lvmpolld_error *error);

/* What is listed besides all operations, behind them. */
enum ask_what { ASK_IN_FLIGHT = 0, ASK_ENDED = 1, ASK_UNATTENDED = 2 };

/* All operations, and of the others WHAT says, each of enum ask_what a bit. */
int ask_list(const struct ctl *ctl, unsigned what, struct entries *entries,
	struct lvmpolld_error *error);
/* All of these, with the latest events of each. */
int ask_events(const struct ctl *ctl, struct entries *entries, struct lvmpolld_error *error);

#endif
