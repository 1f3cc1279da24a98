/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a look, the end of a command, or a report means for an operation: one event of its life.
 * Pure functions: they change nothing and ask nobody but the plugin.
 */
#ifndef CORE_LIFECYCLE_CLASSIFY_H
#define CORE_LIFECYCLE_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "lifecycle/table.h"
#include "lvm/report.h"
#include "operation/operation.h"

/* What OBSERVATION means for OPERATION in its present state, at NOW_MS by boot_clock_ms. */
enum operation_event classify_look(
	const struct operation *operation, const struct observation *observation, int64_t now_ms);

/*
 * What it means that the command of OPERATION has ended with operation->attempt.result.
 * WAS_TERMINATED: the daemon has sent it SIGTERM.
 */
enum operation_event classify_exit(const struct operation *operation, bool was_terminated,
	const struct lvmpolld_progress *progress);

/*
 * What it means that REPORT (NULL: lvm2 could not be asked) says of OPERATION. IS_GONE: the kernel
 * has no device of it. VOLUME is filled in where the report has it.
 */
enum operation_event classify_report(const struct operation *operation, const struct report *report,
	bool is_gone, struct report_volume *volume);

/* Why an attempt is not made now, after EVENT led to a pause. */
enum back_off_reason classify_pause(const struct operation *operation, enum operation_event event);

/* Why a command is ended, after EVENT. */
enum ending_reason classify_ending(enum operation_event event);

/* The device has other names than the latest command was given. */
bool classify_is_renamed(
	const struct operation *operation, const char *vg_name, const char *lv_name);

#endif
