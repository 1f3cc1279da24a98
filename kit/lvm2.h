/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lvm2 answers in a scenario when it is asked about the volume. */
#ifndef KIT_LVM2_H
#define KIT_LVM2_H

#include <stdbool.h>

#include "scenario.h"
#include "util/error.h"

/* All zero: it does not answer. */
struct lvm2 {
	const struct scenario_entry *said; /* fields and their values, or one word */
	const char *lvid, *vg_name, *lv_name;
};

/* A line of the report, of the group or of the volume; to be freed, NULL when out of memory. */
char *lvm2_write_row(const struct lvm2 *lvm2, bool is_volume);

/* Checks what a scenario lets it say. Returns 0, or -EINVAL with a sentence and the LINE. */
int lvm2_check(const struct scenario_entry *report, unsigned *line, struct lvmpolld_error *error);

#endif
