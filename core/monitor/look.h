/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at watched volumes: which are due, what the kernel shows of them, when to look again. */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/kernel.h"
#include "operation/device.h"

/* CLOCK_MONOTONIC. */
int64_t look_clock_ms(void);

/* Every watched volume whose device has had an event since it was last seen wants a look. */
void look_note_events(struct devices *devices, const struct kernel_events *events);

/* When the next watched volume is due, by look_clock_ms; -1 where none is watched. */
int64_t look_next_ms(struct devices *devices);

/*
 * Looks at each volume that is due. Returns true where there is news for the main thread. Where
 * HAS_EVENTS is false, the kernel does not tell of events and looks are more frequent.
 */
bool look_at_due(struct devices *devices, bool has_events);

#endif
