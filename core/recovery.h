/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with what a former daemon had in flight. */
#ifndef CORE_RECOVERY_H
#define CORE_RECOVERY_H

struct daemon;

/* Opens the state directory. Where that fails the log says so, and the daemon goes on without it. */
void recovery_open(struct daemon *daemon);

/*
 * Takes up every operation that is recorded there: watched again, or stepped, once an lvpoll that is
 * left over from the former daemon has ended. An operation whose plugin is not loaded keeps its
 * record.
 */
void recovery_run(struct daemon *daemon);

#endif
