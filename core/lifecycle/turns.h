/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns: waiting for the right to run an lvpoll, using it, and pausing before the next. */
#ifndef CORE_TURNS_H
#define CORE_TURNS_H

#include <event2/util.h>

#include "operation/volume.h"

struct operations;

/*
 * Seconds for which no step of VOLUME may begin: its client has asked for "+N", to have the time
 * for an abort. 0: one may.
 */
unsigned turns_wait_s(const struct volume *volume);

/* VOLUME waits for its turn to run an lvpoll for PURPOSE. Returns 0 or -ENOMEM. */
int turns_try_queue(
	struct operations *operations, struct volume *volume, enum lvpoll_purpose purpose);
/* Likewise; where there is no memory for it now, it is tried again. */
void turns_queue(struct operations *operations, struct volume *volume, enum lvpoll_purpose purpose);

/* Lets VOLUME wait; then it is looked at, or queued where it polls by itself. */
void turns_pause(struct volume *volume, unsigned seconds);
/* The pause before the next try after so many in vain: 1, 2, 4 ... seconds. */
unsigned turns_growing_pause_s(unsigned times);
/* The callback of volume->pause. */
void turns_on_pause_over(evutil_socket_t descriptor, short what, void *volume);

/*
 * An lvpoll of VOLUME could not run, for a reason of that KIND: an errno, or an exit status,
 * negated. It is tried again after a pause that grows to a minute, for as long as it takes: what is
 * in flight is not given up because lvm is missing. The log says so once for each kind in a row.
 */
void turns_try_again(
	struct operations *operations, struct volume *volume, int kind, const char *reason);
/* An lvpoll of VOLUME has run. */
void turns_note_run(struct volume *volume);
/* Where VOLUME waits because its lvpoll could not run, it is tried now: that may be mended. */
void turns_hurry(struct operations *operations, struct volume *volume);

/* Starts the lvpolls whose turn it is. */
void turns_run(struct operations *operations);

#endif
