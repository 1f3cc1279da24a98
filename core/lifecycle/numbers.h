/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers of operations: 1, 2, 3 ... as they are accepted. Whatever crashes or is upgraded,
 * none is given twice as long as the machine runs.
 */
#ifndef CORE_LIFECYCLE_NUMBERS_H
#define CORE_LIFECYCLE_NUMBERS_H

#include <stdint.h>

struct operation;
struct operations;

/* Gives OPERATION a number and the time, unless it has them from a previous daemon. */
void numbers_assign(struct operation *operation);

/* A number that is nobody's yet. */
uint64_t numbers_take(struct operations *operations);

/* The operation in flight, or dormant, that has NUMBER; or NULL. */
struct operation *numbers_find(const struct operations *operations, uint64_t number);

/* NUMBER was given before: later ones are higher. */
void numbers_note(struct operations *operations, uint64_t number);

#endif
