/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claimants: the plugins that are asked which devices of a survey are theirs. */
#ifndef CORE_LIFECYCLE_CLAIMANTS_H
#define CORE_LIFECYCLE_CLAIMANTS_H

#include <stdbool.h>
#include <stddef.h>

struct claimants;
struct operations;
struct plugin_entry;
struct survey;
struct survey_device;

/* A device that one plugin claims. */
struct claimed {
	const struct plugin_entry *plugin;
	const struct survey_device *device;
};

/*
 * The loaded plugins that can be asked. One in which daemons have died is left out, and named in
 * the log. Returns NULL when out of memory.
 */
struct claimants *claimants_new(const struct operations *operations);
void claimants_free(struct claimants *claimants);

/* Whether one of them looks for operations that begin without any request: its key "discover". */
bool claimants_discover(const struct claimants *claimants);

/*
 * Asks those that the configuration lets look about all devices of SURVEY. Writes to CLAIMED, which
 * has room for as many, those that one plugin claims, and returns how many: what two claim is a
 * doubt. What daemons die of meanwhile is on record.
 */
size_t claimants_ask(const struct claimants *claimants, const struct operations *operations,
	const struct survey *survey, struct claimed *claimed);

#endif
