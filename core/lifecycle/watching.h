/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the kernel is watched for an operation: from its begin on, or as soon as the monitor can
 * be had.
 */
#ifndef CORE_LIFECYCLE_WATCHING_H
#define CORE_LIFECYCLE_WATCHING_H

#include <stdbool.h>

struct operation;
struct operations;

/*
 * Whether FAILURE, an errno, is one that passes. Without device-mapper, or the permission to use it,
 * lvpoll polls by itself, as with stock.
 */
bool watching_is_shortage(int failure);

/* Starts the monitor where there is none yet, and lets it watch OPERATION from its next look on. */
void watching_take(struct operation *operation);

/* The monitor looks at the device of OPERATION from now on, where it can. */
void watching_watch(struct operation *operation);

/* There is a monitor by now: it watches what is in flight, an lvpoll that polls by itself, too. */
void watching_take_all(struct operations *operations);

/*
 * The monitor could not be started, for a shortage that passes, and OPERATION waits for it: an
 * lvpoll that polls by itself would let go of data of which nobody has proved the copy.
 */
bool watching_is_awaited(const struct operation *operation);

/* What a previous daemon had in flight is resumed: the monitor is started where that needs it. */
void watching_begin(struct operations *operations);

/* The daemon ends. */
void watching_end(struct operations *operations);

#endif
