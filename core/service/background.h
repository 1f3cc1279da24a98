/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going into the background. The parent's exit status tells whether the daemon started. */
#ifndef CORE_SERVICE_BACKGROUND_H
#define CORE_SERVICE_BACKGROUND_H

#include "util/error.h"

/*
 * Forks into a session of its own with working directory "/". Only the standard descriptors and
 * what systemd passed stay open, so this comes before anything else is opened. Returns 0 or a
 * negative errno in the daemon. In the parent it returns 1 once the daemon has called
 * background_ready or background_failed, or has died; the parent then exits with *PARENT_STATUS,
 * which is 0 where the daemon is ready. Standard error stays open in the daemon until it is ready,
 * so that the user who started it sees what goes wrong.
 */
int background_enter(int *parent_status, struct lvmpolld_error *error);

/*
 * In the daemon: releases the parent with status 0 and points standard input, output and error to
 * /dev/null. Without effect in the foreground.
 */
void background_ready(void);

/* In the daemon: releases the parent with STATUS, not 0. Without effect in the foreground. */
void background_failed(int status);

#endif
