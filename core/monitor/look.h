/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looks at watched devices: one that is due is taken, somebody asks device-mapper, and what was
 * seen is noted in the device. The answer may take its time, or never come.
 */
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

/* A look that has begun. */
struct look_begun {
	struct device *device;
	/* What the device was looked at for: it may be another operation's by the answer. */
	struct terms *terms;
	unsigned epoch, ended; /* of its watch */
};

/* One look: what is asked of the kernel, and what it says. */
struct look {
	struct look_begun begun;
	/* The answer: TABLE where it is DEVICE_MAPPER_SEEN, ERROR where it is not. */
	enum device_mapper_answer answer;
	struct device_mapper_table table;
	struct device_mapper_table lines; /* the same table as "dmsetup table" shows it */
	bool has_lines;                   /* LINES could be read, and were asked for */
	struct lvmpolld_error error;
	/* What the plugin makes of it. */
	bool has_loss; /* a look before it has told of one */
	enum lvmpolld_verdict verdict;
	struct lvmpolld_progress progress;
	struct lvmpolld_copies copies;     /* what must be equal before the step that is due */
	struct kernel_log_state log;       /* read when the answer was there */
	struct lvmpolld_disks disks;       /* those that are known so far */
	struct lvmpolld_findings findings; /* likewise */
};

/*
 * Takes the first device that is due. It and its terms stay allocated, and it is not taken again,
 * until the look is concluded or given up. Returns false where none is due.
 */
bool look_take_due(struct devices *devices, struct look_begun *begun);

/*
 * Notes what LOOK's answer says, and releases its tables, its device and its terms. LOG, the
 * kernel's, is read then. Where HAS_EVENTS is false, the kernel does not tell of events and looks
 * are more frequent. Returns true where there is news.
 */
bool look_conclude(
	struct devices *devices, struct look *look, struct kernel_log *log, bool has_events);

/*
 * Gives the look up, and releases its device and its terms: nothing was seen. With IS_WANTED there
 * will be another as soon as possible.
 */
void look_give_up(struct devices *devices, const struct look_begun *begun, bool is_wanted);

#endif
