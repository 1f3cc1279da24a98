/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a hook is told of an event: its arguments, and a line of JSON. */
#ifndef CTL_HOOK_CALL_H
#define CTL_HOOK_CALL_H

#include <sys/queue.h>

#include "entry.h"

struct hook_call {
	char *event;
	char *volume;
	char *operation;
	char *json;
	TAILQ_ENTRY(hook_call) link; /* the hook's */
};

/* What ENTRY is as EVENT happens to it; NULL when out of memory. */
struct hook_call *hook_call_make(const char *event, const struct entry *entry);
void hook_call_free(struct hook_call *call);

#endif
