/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of the tables: list, watch, history. */
#ifndef CTL_COLUMNS_H
#define CTL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "entry.h"

struct lvmpolld_error;

struct column {
	const char *name;
	const char *description;
	double width; /* as libsmartcols takes it: a share of the line below 1 */
	bool is_right;
	bool may_be_cut;
	/* The cell, to be freed; NULL: not known, or out of memory. */
	char *(*text)(const struct entry *entry, bool in_bytes);
};

/* Column I in order of their description, NULL behind the last. */
const struct column *column_at(size_t i);

#define COLUMNS_MAX 32

/* A choice of columns. */
struct columns {
	size_t count;
	const struct column *list[COLUMNS_MAX];
};

/* Chooses those whose names stand in NAMES, separated by commas. Returns 0 or -EINVAL. */
int columns_choose(struct columns *columns, const char *names, struct lvmpolld_error *error);
void columns_choose_all(struct columns *columns);

#endif
