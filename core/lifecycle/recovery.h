/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with what a former daemon had in flight. */
#ifndef CORE_RECOVERY_H
#define CORE_RECOVERY_H

#include <stdbool.h>

#include "util/error.h"

struct configuration;
struct operations;

/*
 * Opens the state directory and locks it. Where it cannot be opened the log says so, and the daemon
 * goes on without it. Returns -EBUSY with the error where another daemon has it.
 */
int recovery_open(struct operations *operations, struct lvmpolld_error *error);

/*
 * Takes over DESCRIPTOR, that of the locked state directory, from the program before an upgrade; -1
 * for none: then it is opened, if it can be.
 */
void recovery_adopt(struct operations *operations, int descriptor);

/* Whether anything is recorded in flight that is to be resumed. */
bool recovery_is_needed(const struct configuration *configuration);

/*
 * Takes up every operation that is recorded there: watched again, or stepped, once an lvpoll that
 * is left over from the former daemon has ended. The record of an operation whose plugin is not
 * loaded is kept aside, and looked at again the next time. Where nothing is to be resumed, the log
 * names what was left, and its records are removed. Returns a negative errno with the error where
 * memory or descriptors are short: a daemon that knew only some of what is in flight would tell
 * clients of the rest that nothing is, which they take for success. So it does not serve.
 */
int recovery_run(struct operations *operations, struct lvmpolld_error *error);
/* Likewise, of those alone that were kept aside: the others are taken up already. */
void recovery_run_postponed(struct operations *operations);

/*
 * The daemon ends since it was told to: where only a crash is to be resumed from, no record is left
 * behind.
 */
void recovery_forget(struct operations *operations);

#endif
