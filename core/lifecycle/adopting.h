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
 * Tells people of CLAIM, after the look at who sees to it, and adopts it where somebody has asked
 * for that, or the configuration does: nothing twice, nor where anybody has decided otherwise
 * before, or may have; and nothing that would lose data. The look is number LOOK of those that were
 * asked for, or was not asked for.
 */
void adopting_decide(
	struct operations *operations, struct claim *claim, uint64_t look, bool is_asked);

/*
 * Makes operations of those of CLAIMS that are discovered, by the survey that was asked for at
 * ASKED_MS (running_clock_ms): whoever sees to them is no matter.
 */
void adopting_begin_discovered(
	struct operations *operations, struct claim_list *claims, int64_t asked_ms);

/*
 * Whether root alone may adopt CLAIM: it was given up before, or forgotten, or its record was set
 * aside or left.
 */
bool adopting_is_for_root(const struct operations *operations, const struct claim *claim);

/*
 * Whether CLAIM may be adopted at one of the next looks: somebody wants that, or the configuration
 * does, and patience is what it lacks.
 */
bool adopting_may_come(const struct operations *operations, const struct claim *claim);

#endif
