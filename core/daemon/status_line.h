/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line that the service manager shows: how many operations are in which state, and why. */
#ifndef CORE_DAEMON_STATUS_LINE_H
#define CORE_DAEMON_STATUS_LINE_H

#include "util/error.h"

struct event;
struct event_base;
struct operations;

#define STATUS_LINE_SIZE 512

struct status_line {
	const struct operations *operations;
	struct event *timer;
	char told[STATUS_LINE_SIZE];
};

/* Returns 0 or -ENOMEM with the error. */
int status_line_init(struct status_line *line, struct event_base *base,
	const struct operations *operations, struct lvmpolld_error *error);
void status_line_destroy(struct status_line *line);

/* It may have changed: is told soon, and once for all that happens until then. */
void status_line_update(struct status_line *line);

#endif
