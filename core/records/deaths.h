/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many daemons in a row have died of something: noted in the mode of a file before it is done,
 * and taken back when it has gone well. Nothing is counted where a file cannot be changed.
 */
#ifndef CORE_RECORDS_DEATHS_H
#define CORE_RECORDS_DEATHS_H

#include <stdbool.h>

/* After so many it is not done again. */
#define DEATHS_MAX 3

/*
 * Counts a death by the open file DESCRIPTOR, which has not come about where deaths_clear is
 * called. Returns false, and counts nothing, where DEATHS_MAX have come about.
 */
bool deaths_expect(int descriptor);
void deaths_clear(int descriptor);

/* Whether DEATHS_MAX have come about. */
bool deaths_are_many(int descriptor);

#endif
