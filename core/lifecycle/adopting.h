/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adopting: when a claim becomes an operation, with or without being asked. */
#ifndef CORE_LIFECYCLE_ADOPTING_H
#define CORE_LIFECYCLE_ADOPTING_H

#include <stdbool.h>
#include <stdint.h>

struct claim;
struct claim_list;
struct operations;

/*
 * Whether so much time has passed since SINCE_MS, by boot_clock_ms, that a command of lvm2 that has
 * made a device would have asked a daemon for it.
 */
bool adopting_is_long_ago(int64_t since_ms);

/*
 * Whether CLAIM, which nobody sees to, is adopted without being asked: nothing is twice, or where
 * anybody has decided otherwise before, or may have.
 */
bool adopting_is_for_always(const struct operations *operations, const struct claim *claim);

/*
 * Makes operations of those of CLAIMS that are discovered, by the survey that was asked for at
 * ASKED_MS (running_clock_ms): whoever sees to them is no matter.
 */
void adopting_begin_discovered(
	struct operations *operations, struct claim_list *claims, int64_t asked_ms);

/*
 * Whether CLAIM may be adopted at one of the next looks: somebody wants that, or the configuration
 * does, and patience is what it lacks.
 */
bool adopting_may_come(const struct operations *operations, const struct claim *claim);

/* Makes an operation of CLAIM, or tells the log why it cannot. */
void adopting_adopt(struct operations *operations, struct claim *claim);

#endif
