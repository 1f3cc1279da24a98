/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hooks: executables of a folder, each of which is run for each event, one event after the other.
 * One that hangs or fails hurts no other.
 */
#ifndef CTL_HOOK_H
#define CTL_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "entry.h"

struct hook;
TAILQ_HEAD(hook_list, hook);

struct hooks {
	const char *folder;
	int64_t timeout_s; /* one that runs longer gets SIGTERM */
	struct hook_list list;
};

void hooks_init(struct hooks *hooks, const char *folder, int64_t timeout_s);

/* Each hook that is in the folder now hears that EVENT has happened to ENTRY, when it is its turn.
 */
void hooks_tell(struct hooks *hooks, const char *event, const struct entry *entry);

/* Looks which have ended, and lets those begin whose turn it is. */
void hooks_go_on(struct hooks *hooks);

/* How long until they are to go on again; -1: none runs. */
int hooks_pause_ms(const struct hooks *hooks);

/* Until all have heard all; those that hang beyond their time are left alone. */
void hooks_finish(struct hooks *hooks);

#endif
