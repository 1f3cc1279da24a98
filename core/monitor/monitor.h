/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The monitor thread: it alone talks to device-mapper. It waits for the kernel's events and, for
 * what raises none, on a timer; looks at the volumes that the store of polled operations has it
 * watch; records in them what it saw, and wakes the main thread. If the storage hangs, only this
 * thread hangs.
 */
#ifndef CORE_MONITOR_H
#define CORE_MONITOR_H

#include <stdbool.h>

#include "util/error.h"
#include "operation/store.h"

struct event_base;
struct monitor;

/*
 * Starts the thread for STORE. TOLD is called with CONTEXT in the main thread, whose loop is BASE,
 * when the store has news. Returns NULL where device-mapper cannot be used, with the reason.
 */
struct monitor *monitor_start(struct event_base *base, struct store *store,
	void (*told)(void *context), void *context, struct lvmpolld_error *error);

/* Looks at VOLUME of the store as soon as it can, and goes on looking. Main thread. */
void monitor_watch(struct monitor *monitor, struct volume *volume);
/* Looks at it no more. Without effect where MONITOR is NULL, or does not watch it. Main thread. */
void monitor_unwatch(struct monitor *monitor, struct volume *volume);

/*
 * Somebody asks how far VOLUME of the store is: where the last look is old, there will be another,
 * for the next question. Main thread.
 */
void monitor_refresh_locked(struct monitor *monitor, struct volume *volume) REQUIRES(store_role);

/*
 * Keeps the thread out of the kernel, or lets it in again. Returns false where it is there: the
 * call may never end, and the thread stays out when it is back.
 */
bool monitor_hold(struct monitor *monitor, bool is_held);

/*
 * Ends the thread. Returns false where it hangs in the kernel: it, and what it uses (the store, the
 * volumes, MONITOR), must then be left alone, and the process is to end.
 */
bool monitor_stop(struct monitor *monitor);

#endif
