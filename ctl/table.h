/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables by libsmartcols, as lsblk has them. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "columns.h"
#include "util/error.h"

struct table_style {
	bool is_raw;
	bool has_no_headings;
	bool is_in_bytes;
	size_t width; /* of the terminal; 0: as it is */
};

/* Writes ENTRIES to STREAM. Returns 0 or a negative errno with the error. */
int table_print(const struct entries *entries, const struct columns *columns,
	const struct table_style *style, FILE *stream, struct lvmpolld_error *error);

#endif
