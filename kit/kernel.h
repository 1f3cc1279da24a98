/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel of a scenario: one device, with the table that the scenario says; and its log. */
#ifndef KIT_KERNEL_H
#define KIT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "loader/plugins.h"
#include "monitor/device_mapper.h"
#include "scenario.h"
#include "util/error.h"

/* Names that the device has, as a request asks for them. RELEASE: of the kernel, or NULL. */
void kernel_init(const char *vg_name, const char *lv_name, const char *release);
void kernel_set_names(const char *vg_name, const char *lv_name);

/*
 * Shows LINES from now on, as "dmsetup status" does. One word in their place: "gone", "suspended"
 * or "unreadable". A line with a name and ":" before it is of that volume below, or has one of
 * these words for it. Without LINES the device is shown again as it was. The items must stay.
 * Returns 0, or -EINVAL with a sentence and the LINE that is wrong.
 */
int kernel_set_status(
	const struct scenario_entry *lines, unsigned *line, struct lvmpolld_error *error);
/* Likewise, what "dmsetup table" shows. */
int kernel_set_table(
	const struct scenario_entry *lines, unsigned *line, struct lvmpolld_error *error);

/*
 * Copies into TABLE, which is empty but for what is known of the device, those lines of ENTRY that
 * are of the same volume as LINE, and NAME, the device's. Returns false when out of memory: TABLE
 * is to be released.
 */
bool kernel_fill(struct device_mapper_table *table, const struct scenario_entry *entry,
	const char *line, const char *name);

/* Raises an event. */
void kernel_raise_event(void);

/* A line is added to the kernel's log. */
void kernel_add_log(const struct plugins *plugins, const char *text);

#endif
