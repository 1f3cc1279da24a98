/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process that compares: the daemon's own program, run by the daemon with one argument for each
 * copy. It only reads, at the lowest priority, and may be killed at any moment.
 */
#ifndef CORE_COMPARING_COMPARER_H
#define CORE_COMPARING_COMPARER_H

#include <stdbool.h>

/* The first argument; the process id of the daemon is the second, and copy_format gives the others.
 */
#define COMPARER_OPTION     "--compare-copies"
#define COMPARER_FIRST_COPY 3

/* Its exit status. Standard output has COMPARER_DIFFERS for each place, standard error why it
 * failed. */
enum comparer_status { COMPARER_EQUAL = 0, COMPARER_FAILED = 1, COMPARER_DIFFERENT = 3 };

/* The number of the copy, counted from 0; where in it, and how much, in bytes. */
#define COMPARER_DIFFERS "differs %u %llu %llu"
/* Each few seconds, while it reads on. */
#define COMPARER_PROGRESS "reads on"

/* Whether the command line asks for this process. */
bool comparer_is_wanted(int argc, char *const *argv);

/* Returns its exit status. */
int comparer_run(int argc, char *const *argv);

#endif
