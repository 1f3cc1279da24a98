/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Translates the exit of a command, or a report of lvm2, into one event of an operation's life, and
 * events into reasons. Pure, as classify.h.
 */
#ifndef CORE_LIFECYCLE_CLASSIFY_ENDS_H
#define CORE_LIFECYCLE_CLASSIFY_ENDS_H

#include <stdbool.h>

#include "lifecycle/table.h"
#include "lvm/report.h"
#include "operation/operation.h"

/*
 * The event that the exit of OPERATION's command is; operation->attempt.result tells how it ended.
 * WAS_TERMINATED: the daemon has sent it SIGTERM; or how it ended is not known.
 */
enum operation_event classify_exit(const struct operation *operation, bool was_terminated,
	const struct lvmpolld_progress *progress);

/*
 * The event that REPORT is for OPERATION. REPORT is NULL if lvm2 could not be asked. IS_GONE: the
 * kernel has no device of the volume. VOLUME is filled in if the report has the volume.
 */
enum operation_event classify_report(const struct operation *operation, const struct report *report,
	bool is_gone, struct report_volume *volume);

/* The reason of the pause that EVENT led to. */
enum back_off_reason classify_pause(const struct operation *operation, enum operation_event event);

/* The reason for which EVENT ends a command. */
enum ending_reason classify_ending(enum operation_event event);

#endif
