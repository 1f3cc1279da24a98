/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of the log that tell how far an operation has come: one for each quarter, one where it
 * stands still, one where it moves again. The caller has the device's lock.
 */
#ifndef CORE_OPERATION_PROGRESS_LOG_H
#define CORE_OPERATION_PROGRESS_LOG_H

#include "operation/device.h"

/* What has not moved for so long is said to stand still. */
#define PROGRESS_STALL_S 600

/*
 * The progress of DEVICE was FORMER and is another one now. NOW_MS is of the clock that its rate
 * has. No quarter is told twice; where nothing was known before, nothing is told.
 */
void progress_log_quarter(struct device *device, const struct lvmpolld_progress *former,
	int64_t now_ms) REQUIRES(device_role);

/* The rate of DEVICE has a new look. Standing still is told once, until it moves. */
void progress_log_stall(struct device *device, int64_t now_ms) REQUIRES(device_role);

#endif
