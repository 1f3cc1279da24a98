/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The course of an operation between its request and its result: when an lvpoll is run for it, what
 * for, and what its end means. All of this runs in the main thread.
 *
 * Where the kernel shows how far it is, the volume is watched and no process runs; an lvpoll is
 * started when lvm2 must move the metadata on (a step), and ended when it would begin to wait.
 * Where the kernel is of no help an lvpoll polls by itself, as with stock.
 */
#ifndef CORE_STEPS_H
#define CORE_STEPS_H

#include "operation/volume.h"

struct operations;

/*
 * Sets VOLUME, which is new, going. Returns 0, or a negative errno where nothing can be started:
 * -ENOEXEC where lvm cannot be executed, which is the end of an abort alone.
 */
int steps_begin(struct operations *operations, struct volume *volume);

struct resume_info;

/*
 * Sets VOLUME, which was in flight before, going. An lvpoll that still runs is waited for; where it
 * is no child of ours it is asked to end, for its output is lost. What cannot be started now is
 * tried again. Where there is no memory to wait for that, VOLUME is removed and freed.
 */
void steps_resume(
	struct operations *operations, struct volume *volume, const struct resume_info *info);

/*
 * Takes over an lvpoll that steps_resume has found and could not take over yet, if there is one.
 * Returns false where there is none, or it has ended: then VOLUME is to be set going.
 */
bool steps_adopt_left(struct operations *operations, struct volume *volume);

/* Does what SIGHTING, the latest of VOLUME, asks for. */
void steps_act_on(struct operations *operations, struct volume *volume,
	const struct volume_sighting *sighting);

/* The monitor has seen something. */
void steps_on_news(void *operations);

/*
 * No more of it: VOLUME waits for nothing, is not watched, and its lvpoll, where one runs, gets
 * SIGTERM. Returns true where none runs.
 */
bool steps_end(struct operations *operations, struct volume *volume);

#endif
