/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the next look at each watched device is due: after an event of its own, and after a time
 * that depends on what the last look has seen.
 */
#ifndef CORE_MONITOR_SCHEDULE_H
#define CORE_MONITOR_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/device_mapper.h"
#include "operation/device.h"

struct look;

/* CLOCK_MONOTONIC. */
int64_t schedule_clock_ms(void);

/* Every watched device that has had an event since it was last seen wants a look. */
void schedule_note_events(struct devices *devices, const struct device_mapper_events *events);

/* Every watched device wants a look: events may have been missed. */
void schedule_want_all(struct devices *devices);

bool schedule_is_any_watched(struct devices *devices);

/*
 * When the next watched device is due, by schedule_clock_ms, but for those that are looked at now;
 * -1 where there is none.
 */
int64_t schedule_next_ms(struct devices *devices);

/*
 * The first device that is due, held so that it stays allocated, and is not taken again; NULL where
 * none is. EPOCH is the one in which the look begins.
 */
struct device *schedule_take_due(
	struct devices *devices, int64_t now_ms, unsigned *epoch, unsigned *ended);

/*
 * Sets when the device of LOOK is to be looked at next, and whose events matter. Where HAS_EVENTS
 * is false, the kernel does not tell of events and looks are more frequent. Returns true where the
 * device has shown no progress for as long as the plugin's stall_check says.
 */
bool schedule_next_look_locked(struct devices *devices, const struct look *look, bool has_events)
	REQUIRES(devices_role);

/* What monitor.h says of those of the same name. The first returns true where a look is wanted now.
 */
bool schedule_refresh(struct devices *devices, struct device *device);
void schedule_note_copying(struct devices *devices, struct device *device);
void schedule_set_command(struct devices *devices, struct device *device, bool is_running);

#endif
