/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Losses: that a step would lose data was seen at a device, by a look of any time. It belongs to
 * the device, whoever asks for it under whatever name, and is remembered in memory, on disk, and
 * through an upgrade, until lvm2's metadata confirms an abort. All of this is the main thread's.
 */
#ifndef CORE_LIFECYCLE_LOSSES_H
#define CORE_LIFECYCLE_LOSSES_H

struct device;
struct operation;
struct operations;
struct terms;

/*
 * What an earlier daemon has noted of DEVICE, which is new to this one. Where that cannot be told,
 * it is taken for a loss, which is logged.
 */
void losses_recall(struct operations *operations, struct device *device);

/* One was seen at the device of OPERATION. Where it cannot be noted it is tried again. */
void losses_add(struct operation *operation);
/* The program before an upgrade knew of one at the device of TERMS. Returns 0 or -ENOMEM. */
int losses_take_over(struct operations *operations, struct terms *terms);

/*
 * Nothing more is done about DEVICE: it is removed, unless a loss was seen there, also by a look
 * that nobody has heard of yet.
 */
void losses_drop_device(struct operations *operations, struct device *device);
/* All devices go. No operation is left. */
void losses_forget_all(struct operations *operations);

/* Lvm2 has confirmed that OPERATION, an abort, is over. */
void losses_clear(struct operation *operation);

/* The daemon ends: the last try. What cannot be noted is named in the log. */
void losses_end(struct operations *operations);

#endif
