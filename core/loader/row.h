/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of lvm2's report, as plugins read it: names of fields and their values. */
#ifndef CORE_LOADER_ROW_H
#define CORE_LOADER_ROW_H

#include <stddef.h>

#include <lvmpolld/plugin.h>

struct row_field {
	const char *name; /* "lv_attr" */
	const char *value;
};

/* The fields, and their texts, belong to the report. */
struct lvmpolld_row {
	const struct row_field *fields;
	size_t count;
};

/* The value of the field NAME; NULL where ROW does not have it. */
const char *row_find(const struct lvmpolld_row *row, const char *name);

#endif
