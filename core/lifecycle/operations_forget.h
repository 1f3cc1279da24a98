/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forgets an operation for good, at an administrator's request, or for another one. */
#ifndef CORE_LIFECYCLE_OPERATIONS_FORGET_H
#define CORE_LIFECYCLE_OPERATIONS_FORGET_H

#include <stdbool.h>
#include <stdint.h>

struct operations;
struct terms;

enum operations_forgotten {
	FORGOTTEN, /* nothing of it is left */
	FORGOTTEN_AT_ITS_END /* its lvm command is ended first */,
	FORGOTTEN_NOT_THERE,
	FORGOTTEN_NOT_AT_RISK, /* a loss was seen: it stays */
	FORGOTTEN_NOT_NOW      /* an lvpoll of a previous daemon cannot be ended yet: it stays */
};

/*
 * Forgets the operation with NUMBER in any state: no record of it and no attempt is left, and the
 * waiters hear that it failed. Kernel and metadata stay as they are. If a loss was seen this needs
 * AT_RISK; the note of the loss stays. *HAS_LOSS tells whether there is one. Of one that is over
 * and has failed the history tells that it was forgotten. The caller calls lifecycle_settle
 * afterwards.
 */
enum operations_forgotten operations_forget(
	struct operations *operations, uint64_t number, bool at_risk, bool *has_loss);

/*
 * An operation that the kernel does alone steps aside for one with TERMS that lvm2 has to do: it is
 * over then, as where it is forgotten, and nothing else is begun. It may be found again later.
 */
void operations_step_aside(struct operations *operations, const struct terms *terms);

#endif
