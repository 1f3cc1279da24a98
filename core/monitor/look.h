/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at watched devices: what the kernel shows of them, and what of that is news. */
#ifndef CORE_MONITOR_LOOK_H
#define CORE_MONITOR_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel_log/kernel_log.h"
#include "loader/disks.h"
#include "loader/findings.h"
#include "monitor/device_mapper.h"
#include "operation/device.h"
#include "util/error.h"

/* One look: what was asked of the kernel, and what it said. */
struct look {
	struct device *device;
	unsigned epoch;
	enum device_mapper_answer answer;
	struct lvmpolld_error error;
	struct device_mapper_table table;
	enum lvmpolld_verdict verdict;
	struct lvmpolld_progress progress;
	struct lvmpolld_copies copies;     /* what must be equal before the step that is due */
	struct kernel_log_state log;       /* read after the table */
	struct lvmpolld_disks disks;       /* those that are known so far */
	struct lvmpolld_findings findings; /* likewise */
};

/*
 * Looks at each device that is due. Returns true where there is news for the main thread. Where
 * HAS_EVENTS is false, the kernel does not tell of events and looks are more frequent. LOG, the
 * kernel's, is read after each table. No look begins once IS_STOPPING is true: with many devices
 * they take longer than the end of the daemon may.
 */
bool look_at_due(struct devices *devices, struct kernel_log *log, bool has_events,
	const _Atomic bool *is_stopping);

#endif
