/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The monitor thread: it alone talks to device-mapper. It waits for the kernel's events and, for
 * what raises none, on a timer; looks at the devices that are watched; notes in them what it saw,
 * and wakes the main thread. If the storage hangs, only this thread hangs.
 */
#ifndef CORE_MONITOR_MONITOR_H
#define CORE_MONITOR_MONITOR_H

#include <stdbool.h>

#include "operation/device.h"
#include "util/error.h"

struct event_base;
struct kernel_log;
struct monitor;

/*
 * Starts the thread for DEVICES, and with LOG, which is its own from now on. TOLD is called with
 * CONTEXT in the main thread, whose loop is BASE, when there is news. Returns NULL where
 * device-mapper cannot be used, with the reason.
 */
struct monitor *monitor_start(struct event_base *base, struct devices *devices,
	const struct kernel_log *log, void (*told)(void *context), void *context,
	struct lvmpolld_error *error);

/* Looks at DEVICE as soon as it can, and goes on looking. Main thread. */
void monitor_watch(struct monitor *monitor, struct device *device);
/* Looks at it no more. Without effect where MONITOR is NULL, or does not watch it. Main thread. */
void monitor_unwatch(struct monitor *monitor, struct device *device);

/*
 * A client asks for the progress of DEVICE: if the last look is old there is another one, so that
 * the next answer is fresh. Main thread.
 */
void monitor_refresh(struct monitor *monitor, struct device *device);

/* The operation knows that DEVICE copies: only something else is news, once. Main thread. */
void monitor_note_copying(struct monitor *monitor, struct device *device);
/*
 * Whether an lvm command runs for DEVICE: what it does raises no event, so looks are frequent then.
 * Main thread.
 */
void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running);

/*
 * Pauses the thread, outside of the kernel, or lets it go on. Returns false where it is in the
 * kernel now: that call may never end; after it the thread stays out. Main thread.
 */
bool monitor_pause(struct monitor *monitor, bool is_paused);

/*
 * Ends the thread and frees MONITOR. Returns false where the thread is in the kernel for longer
 * than half a second: it, and what it uses (DEVICES, MONITOR), must then be left alone, and the
 * process is to end. Main thread.
 */
bool monitor_stop(struct monitor *monitor);

#endif
