/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going into the background, with a parent that tells the truth about how it went. */
#ifndef CORE_BACKGROUND_H
#define CORE_BACKGROUND_H

#include "util/error.h"

/*
 * Forks into a session of its own, working directory "/", with no descriptor left but the standard
 * ones and what systemd handed over: it must come before anything is opened for keeps. In the
 * daemon it returns 0 or a negative errno. The parent does not return before the daemon said
 * background_ready (then *PARENT_STATUS is 0) or died or said background_failed (then it is
 * non-zero); it returns 1 and should exit with *PARENT_STATUS at once. Standard error stays open in
 * the daemon until it is ready, so that whatever goes wrong before is seen by whoever started it.
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
