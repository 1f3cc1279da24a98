/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of core/lvm/orphans.c: whoever includes this says what is found in /proc, and when. */
#ifndef TESTS_UNIT_ORPHANS_STANDIN_H
#define TESTS_UNIT_ORPHANS_STANDIN_H

#include <stdlib.h>

#include "lvm/orphans.h"

struct orphans {
	struct orphans_callbacks callbacks;
	void *context;
};

static struct orphans *standin_orphans; /* once one was looked for */
static enum orphans_answer standin_orphans_answer;
static struct orphan standin_orphan; /* where one is found */

/* /proc was read, and this is what is known now. */
static inline void standin_orphans_tell(enum orphans_answer answer, pid_t pid)
{
	standin_orphans_answer = answer;
	standin_orphan = (struct orphan){pid, 1, NULL};
	standin_orphans->callbacks.known(standin_orphans->context);
}

struct orphans *orphans_new(
	struct event_base *base, const struct orphans_callbacks *callbacks, void *context)
{
	struct orphans *orphans = calloc(1, sizeof(*orphans));

	(void)base;
	if (orphans)
		*orphans = (struct orphans){*callbacks, context};
	standin_orphans = orphans;
	standin_orphans_answer = ORPHANS_NOT_KNOWN;
	return orphans;
}

void orphans_free(struct orphans *orphans)
{
	free(orphans);
	standin_orphans = NULL;
}

enum orphans_answer orphans_find(struct orphans *orphans, const char *operation_name,
	const struct lvmpolld_request *request, struct orphan *found)
{
	(void)orphans;
	(void)operation_name;
	(void)request;
	*found = standin_orphan;
	return standin_orphans_answer;
}

#endif
