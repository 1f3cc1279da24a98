/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with what a former daemon had in flight. */
#ifndef CORE_RECOVERY_H
#define CORE_RECOVERY_H

struct daemon;

/*
 * Opens the state directory and takes up every operation that is recorded in it: watched again, or
 * stepped, once an lvpoll that is left over from the former daemon has ended. An operation whose
 * plugin is not loaded keeps its record.
 */
void recovery_run(struct daemon *daemon);

#endif
