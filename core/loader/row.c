/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of lvm2's report, as plugins read it: names of fields and their values. */
#include "config.h"

#include <string.h>

#include "loader/row.h"

const char *row_find(const struct lvmpolld_row *row, const char *name)
{
	for (size_t index = 0; index < row->count; index++)
		if (!strcmp(row->fields[index].name, name))
			return row->fields[index].value;
	return NULL;
}
