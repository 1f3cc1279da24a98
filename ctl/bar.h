/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bars on a terminal. */
#ifndef CTL_BAR_H
#define CTL_BAR_H

#include <stdbool.h>
#include <stddef.h>

#include "entry.h"

/* Some operations, taken together. All zero: none yet. */
struct bar {
	size_t count;
	int64_t done_bytes;
	int64_t total_bytes;
	double percents; /* the sum of those that are known */
	size_t percent_count;
	int64_t rate;      /* bytes per second */
	int64_t remaining; /* of the operation that needs longest, in seconds */
};

void bar_add(struct bar *bar, const struct entry *entry);
/* Draws it over the line of standard output. */
void bar_show(const struct bar *bar);
/* Clears that line, if IS_THERE. */
void bar_clear(bool is_there);

/* The columns of the terminal behind standard output; 80 where that is not known. */
size_t bar_terminal_width(void);

/* Its rows; 24 where that is not known. */
size_t bar_terminal_rows(void);

/* Draws WIDTH characters of a bar that is full at 100 PERCENT. TEXT has room for WIDTH and 1. */
void bar_draw(char *text, size_t width, double percent);

#endif
