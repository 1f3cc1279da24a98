/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with what a former daemon had in flight. */
#ifndef CORE_RECOVERY_H
#define CORE_RECOVERY_H

#include "error.h"

struct daemon;

/*
 * Opens the state directory and locks it. Where it cannot be opened the log says so, and the daemon
 * goes on without it. Returns -EBUSY with the error where another daemon has it.
 */
int recovery_open(struct daemon *daemon, struct lvmpolld_error *error);

/*
 * Takes over DESCRIPTOR, that of the locked state directory, from the program before an upgrade; -1
 * for none: then it is opened, if it can be.
 */
void recovery_adopt(struct daemon *daemon, int descriptor);

/*
 * Takes up every operation that is recorded there: watched again, or stepped, once an lvpoll that
 * is left over from the former daemon has ended. An operation whose plugin is not loaded keeps its
 * record.
 */
void recovery_run(struct daemon *daemon);

#endif
