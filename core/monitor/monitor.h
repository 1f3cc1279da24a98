/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The monitor: what the daemon knows of device-mapper. It waits for the kernel's events and, for
 * what raises none, on a timer; lets probers ask about the devices that are watched; and notes in
 * them what was seen. A prober that hangs is left alone: another one asks about the other devices.
 */
#ifndef CORE_MONITOR_MONITOR_H
#define CORE_MONITOR_MONITOR_H

#include <stdbool.h>

#include "kernel_log/kernel_log.h"
#include "operation/device.h"
#include "util/error.h"

struct event_base;
struct monitor;
struct survey;

/*
 * Begins to watch DEVICES in the loop BASE, from which TOLD is called with CONTEXT when there is
 * news. LOG is the monitor's own from now on. Returns NULL where device-mapper cannot be used, with
 * the reason.
 */
struct monitor *monitor_start(struct event_base *base, struct devices *devices,
	const struct kernel_log *log, void (*told)(void *context), void *context,
	struct lvmpolld_error *error);

/* Looks at DEVICE as soon as it can, and goes on looking. */
void monitor_watch(struct monitor *monitor, struct device *device);

/*
 * Somebody asks how far DEVICE is: where the last look is old, there will be another, for the next
 * question.
 */
void monitor_refresh(struct monitor *monitor, struct device *device);

/* The operation knows that DEVICE copies: only something else is news, once. */
void monitor_note_copying(struct monitor *monitor, struct device *device);
/*
 * Whether an lvm command runs for DEVICE: what it does raises no event, so looks are frequent then.
 * Where none runs any more, what was seen so far is out of date.
 */
void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running);

/* Reads what has come to the kernel's log since the latest look. */
struct kernel_log_state monitor_read_log(struct monitor *monitor);

/*
 * Makes a survey of all devices soon, and from now on also whenever some have come or gone; there
 * is news then. Where IS_ON is false: no more. With WANTS_STATUS each has the status of each
 * device.
 */
void monitor_survey(struct monitor *monitor, bool is_on, bool wants_status);
/*
 * The latest survey, which was begun after monitor_survey was called last; to be freed with
 * survey_free. NULL where there is none since.
 */
struct survey *monitor_take_survey(struct monitor *monitor);

/*
 * Asks nothing more, or goes on. Returns false where a question is under way, and may have an
 * answer soon: what hangs is not waited for.
 */
bool monitor_pause(struct monitor *monitor, bool is_paused);

/* Ends it at once, whatever hangs in the kernel. */
void monitor_stop(struct monitor *monitor);

#endif
