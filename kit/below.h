/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The volumes below that of a scenario: each is there where the latest status has a line of it, as
 * "data_rimage_0: 0 8192 integrity ...", or "data_rimage_0: gone" and the like.
 */
#ifndef KIT_BELOW_H
#define KIT_BELOW_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/device_mapper.h"
#include "scenario.h"
#include "util/error.h"

/* The name of the volume below that LINE is of, in *LENGTH characters; NULL: it is the volume's. */
const char *below_name(const char *line, size_t *length);
/* What stands behind that name in LINE. */
const char *below_text(const char *line);

/* Whether LEFT and RIGHT are lines of the same volume. */
bool below_is_same(const char *left, const char *right);

/* STATUS is shown from now on, of group VG_NAME; NULL: there is none. */
void below_show(const char *vg_name, const struct scenario_entry *status);

/* Adds to TABLE the lines of those that PATTERNS name, as core/monitor/below_lines.h has it. */
enum device_mapper_answer below_read(const char *lvid, const char *const *patterns,
	struct device_mapper_table *table, struct lvmpolld_error *error);

#endif
