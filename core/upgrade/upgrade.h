/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Upgrade in place, on SIGUSR2: the process executes its program again, from the path that it was
 * started from, and hands everything over. A rehearsal comes first: the new program must be able to
 * read the configuration, to load the plugins and to read what is handed over. If it fails, or the
 * exec does, the old program goes on.
 */
#ifndef CORE_UPGRADE_UPGRADE_H
#define CORE_UPGRADE_UPGRADE_H

#include <stdbool.h>

#include "upgrade/handover.h"
#include "util/error.h"

struct upgrade;

/* What upgrades hand over, and the upgrade that is under way. */
struct upgrades {
	struct handover_parts parts;
	struct upgrade *current; /* or NULL */
};

/* What this program was started for. */
enum upgrade_role {
	UPGRADE_NONE,      /* no upgrade: an ordinary start */
	UPGRADE_REHEARSAL, /* to check whether it could take over, and to exit */
	UPGRADE_TAKEOVER   /* to take over */
};

/*
 * Reads ROLE from the environment, and removes it there. In an upgrade, DESCRIPTOR is set to the
 * file that the old program wrote. Returns 0, or a negative errno if the environment is wrong.
 */
int upgrade_find_role(enum upgrade_role *role, int *descriptor, struct lvmpolld_error *error);

/* What a successful rehearsal prints: any program may exit with status 0. */
#define UPGRADE_REHEARSED "lvmpolld is ready to take over"

/* To be called once, and early, since the program's file may be replaced. ARGUMENTS is argv. */
void upgrade_remember_program(char *const *arguments);

/* Begins an upgrade, unless one is under way. */
void upgrade_begin(struct upgrades *upgrades);

void upgrade_destroy(struct upgrades *upgrades);

#endif
