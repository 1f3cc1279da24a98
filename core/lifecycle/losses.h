/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Losses: devices at which a step would lose data, as any look has shown. A loss belongs to the
 * device: it holds for every client and every name of the volume. It is kept in memory, on disk and
 * through an upgrade, until lvm2's metadata confirms an abort.
 */
#ifndef CORE_LIFECYCLE_LOSSES_H
#define CORE_LIFECYCLE_LOSSES_H

#include <stdbool.h>

struct device;
struct operation;
struct operations;
struct terms;

/*
 * Reads what a previous daemon has noted of DEVICE, which is new to this one. If that cannot be
 * read, it counts as a loss, and the log says so.
 */
void losses_recall(struct operations *operations, struct device *device);

/* A loss was seen at the device of OPERATION. If it cannot be noted, that is tried again. */
void losses_add(struct operation *operation);
/* The program before an upgrade knew of a loss at the device of TERMS. Returns 0 or -ENOMEM. */
int losses_take_over(struct operations *operations, struct terms *terms);

/* Whether one was seen at DEVICE, also by a look whose observation is not read yet. */
bool losses_is_seen(struct device *device);

/*
 * Where DEVICE has no operation any more it is removed, unless a loss was seen there, also by a
 * look whose observation is not read yet; or may be seen by one that is under way: it is called
 * again when that has ended.
 */
void losses_drop_device(struct operations *operations, struct device *device);
/* Removes all devices. There must be no operation. */
void losses_free_all(struct operations *operations);

/* Lvm2 has confirmed that OPERATION, an abort, is over. */
void losses_clear(struct operation *operation);

/* The daemon ends: tries for the last time. The log names what cannot be noted. */
void losses_end(struct operations *operations);

#endif
