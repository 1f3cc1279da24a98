/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures as the log's lines have them. */
#ifndef CORE_UTIL_FIGURES_H
#define CORE_UTIL_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* Room for any of them. */
#define FIGURE_SIZE 32

/* "12.3 s", "4 min 05 s", "3 h 02 min". */
void figure_of_duration(double seconds, char text[FIGURE_SIZE]);

/* "100.0 MiB", "12.5 GiB". */
void figure_of_amount(uint64_t bytes, char text[FIGURE_SIZE]);

#endif
