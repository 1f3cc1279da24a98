/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation as its clients see it: begun, in progress, over, its result handed out. What happens
 * in between is in steps.h. All of this runs in the main thread.
 */
#ifndef CORE_OPERATION_H
#define CORE_OPERATION_H

#include <stdbool.h>

#include "operation/volume.h"

struct operations;

/* What became of an init request. */
enum operation_answer {
	OPERATION_ACCEPTED,      /* set going now, or in progress already */
	OPERATION_DIFFERENT,     /* another operation is in progress under this identifier */
	OPERATION_NO_MEMORY,     /* nothing could be started */
	OPERATION_NOT_EXECUTABLE /* nothing was, since lvm cannot be executed */
};

/*
 * Takes REQUEST, which is freed or kept in any case. Where it is accepted, WAITER (NULL: nobody) is
 * to hear how it ends.
 */
enum operation_answer operation_begin(
	struct operations *operations, struct volume_request *request, struct waiter *waiter);

/* VOLUME's operation is over, with a result, or because the daemon could not see it through. */
void operation_finish(
	struct operations *operations, struct volume *volume, struct volume_result result);
void operation_fail(struct operations *operations, struct volume *volume);
/* Likewise; but the record stays, for VOLUME's devices are there, and a later daemon looks again.
 */
void operation_fail_in_doubt(struct operations *operations, struct volume *volume);

/* Calls ACT for each operation of both stores that is in progress. ACT removes none. */
void operation_for_each_in_progress(struct operations *operations,
	void (*act)(struct operations *operations, struct volume *volume));

/* Ends every lvpoll with SIGTERM. What is in flight stays as it is, in kernel and metadata. */
void operation_end_all(struct operations *operations);
bool operation_any_lvpoll(struct operations *operations);
/* Lets go of lvpolls that have not ended. */
void operation_forget_lvpolls(struct operations *operations);

#endif
