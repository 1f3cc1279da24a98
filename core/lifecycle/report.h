/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clients are told of an operation, and who is still to be told. */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stdbool.h>

#include "operation/volume.h"

struct operations;

/* What progress_info is told. */
enum operation_standing {
	OPERATION_NOT_FOUND,
	OPERATION_IN_PROGRESS,
	OPERATION_FINISHED,
	OPERATION_FAILED
};

struct operation_report {
	enum operation_standing standing;
	struct volume_result result; /* where it is finished */
	struct lvmpolld_progress progress;
};

/*
 * Tells WAITER where the operation stands. It is to hear how one in progress ends. The result of
 * one that is over is handed out, and kept for those who wait for it; then it is forgotten.
 */
struct operation_report operation_collect(struct operations *operations, const char *identifier,
	bool abort_store, struct waiter *waiter);

/* WAITER goes: a result that was kept for it alone, and was handed out, is forgotten. */
void operation_forget_waiter(struct operations *operations, struct waiter *waiter);

#endif
