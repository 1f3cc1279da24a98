/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures as the log's lines have them. */
#include "config.h"

#include <stdio.h>

#include "util/figures.h"

#define BYTES_PER_MIB (1 << 20)
#define MIB_PER_GIB   1024

void figure_of_duration(double seconds, char text[FIGURE_SIZE])
{
	unsigned long whole = (unsigned long)seconds;

	if (whole < 60)
		snprintf(text, FIGURE_SIZE, "%.1f s", seconds);
	else if (whole < 3600)
		snprintf(text, FIGURE_SIZE, "%lu min %02lu s", whole / 60, whole % 60);
	else
		snprintf(text, FIGURE_SIZE, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
}

void figure_of_amount(uint64_t bytes, char text[FIGURE_SIZE])
{
	double mib = (double)bytes / BYTES_PER_MIB;

	if (mib < 10 * MIB_PER_GIB)
		snprintf(text, FIGURE_SIZE, "%.1f MiB", mib);
	else
		snprintf(text, FIGURE_SIZE, "%.1f GiB", mib / MIB_PER_GIB);
}
