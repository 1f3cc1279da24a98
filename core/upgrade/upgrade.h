/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Upgrade in place, on SIGUSR2: the process executes its program anew, by the path from which it
 * was started, and hands everything over. A rehearsal comes first: the new program must be able to
 * read the configuration, load the plugins and understand what is handed over. Where it cannot, or
 * cannot be executed, the old program goes on.
 */
#ifndef CORE_UPGRADE_H
#define CORE_UPGRADE_H

#include <stdbool.h>

#include "upgrade/handover.h"
#include "util/error.h"

struct upgrade;

/* What upgrades hand over, and the one that is under way. */
struct upgrades {
	struct handover_parts parts;
	struct upgrade *current; /* or NULL */
};

/* In which part of an upgrade this program was started. */
enum upgrade_role {
	UPGRADE_NONE,      /* none: started as always */
	UPGRADE_REHEARSAL, /* it is to look whether it could take over, and to exit */
	UPGRADE_TAKEOVER   /* it is to take over */
};

/*
 * Looks into the environment, and clears it of what tells of an upgrade. DESCRIPTOR is then open on
 * what the old program wrote. A negative errno where something is there that makes no sense.
 */
int upgrade_find_role(enum upgrade_role *role, int *descriptor, struct lvmpolld_error *error);

/* What a rehearsal that went well prints: many a program exits with 0 and could not take over. */
#define UPGRADE_REHEARSED "lvmpolld is ready to take over"

/* To be called once, before the program's file can have been replaced. ARGUMENTS are main's. */
void upgrade_remember_program(char *const *arguments);

/* Begins an upgrade. Where one is under way it goes on. */
void upgrade_begin(struct upgrades *upgrades);

void upgrade_destroy(struct upgrades *upgrades);

#endif
