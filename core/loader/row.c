/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of lvm2's report, as plugins read it: names of fields and their values. */
#include "config.h"

#include <string.h>

#include "loader/row.h"

const char *row_find(const struct lvmpolld_row *row, const char *name)
{
	for (size_t i = 0; i < row->count; i++)
		if (!strcmp(row->fields[i].name, name))
			return row->fields[i].value;
	return NULL;
}
