/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks for the tables of the devices that are due, and concludes their looks. Main thread only. */
#ifndef CORE_MONITOR_TABLES_H
#define CORE_MONITOR_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel_log/kernel_log.h"
#include "monitor/look.h"
#include "operation/device.h"

struct probes;

struct tables {
	struct devices *devices;
	struct kernel_log log; /* read after each table */
};

/*
 * Lets PROBES ask about the devices that are due; where one cannot be asked about, its look has
 * shown nothing. HAS_EVENTS: the kernel tells of events. Returns true where there is news.
 */
bool tables_ask(struct tables *tables, struct probes *probes, bool has_events);

/* What came of a look: SIZE bytes of ANSWER, or NULL. Returns likewise. */
bool tables_read(struct tables *tables, const struct look_begun *begun, const char *answer,
	size_t size, bool has_events);

#endif
