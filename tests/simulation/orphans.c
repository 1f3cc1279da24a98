/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What core/lvm/orphans.c has: lvpolls of a previous daemon are looked for, without /proc. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lvm.h"
#include "lvm/orphans.h"

struct orphans {
	struct event *turn;
	struct orphans_callbacks callbacks;
	void *context;
	bool is_read, has_failed;
};

static void on_read_proc(evutil_socket_t descriptor, short what, void *context)
{
	struct orphans *orphans = context;
	struct lvm *lvm;

	(void)descriptor;
	(void)what;
	/* What is there cannot be told while it cannot be read. */
	orphans->is_read = world.no_adoption == 0;
	orphans->has_failed = !orphans->is_read;
	TAILQ_FOREACH (lvm, &lvms, link)
		lvm->is_out_of_reach = lvm->is_out_of_reach || !orphans->is_read;
	orphans->callbacks.known(orphans->context);
}

struct orphans *orphans_new(
	struct event_base *base, const struct orphans_callbacks *callbacks, void *context)
{
	struct orphans *orphans = calloc(1, sizeof(*orphans));

	if (!orphans)
		abort();
	*orphans = (struct orphans){.callbacks = *callbacks, .context = context};
	orphans->turn = event_new(base, -1, 0, on_read_proc, orphans);
	return orphans;
}

void orphans_free(struct orphans *orphans)
{
	if (orphans)
		event_free(orphans->turn);
	free(orphans);
}

static bool polls(
	const struct lvm *lvm, const char *operation_name, const struct lvmpolld_request *request)
{
	if (!strcmp(lvm->shown_lvid, request->lvid))
		return true;
	return lvm_is_lvpoll(lvm) && !strcmp(lvm->operation, operation_name) &&
	       !strcmp(lvm->vg_name, request->vg_name) && !strcmp(lvm->lv_name, request->lv_name);
}

enum orphans_answer orphans_find(struct orphans *orphans, const char *operation_name,
	const struct lvmpolld_request *request, struct orphan *found)
{
	const struct timeval soon = {.tv_usec = (long)dice_below(300000)};
	enum orphans_answer answer = ORPHANS_NONE;
	struct lvm *lvm;

	if (!orphans->is_read) {
		if (!event_pending(orphans->turn, EV_TIMEOUT, NULL))
			event_add(orphans->turn, &soon);
		return orphans->has_failed ? ORPHANS_CANNOT_TELL : ORPHANS_NOT_KNOWN;
	}
	TAILQ_FOREACH (lvm, &lvms, link)
		if (polls(lvm, operation_name, request) && !lvm->process &&
			!orphans->callbacks.is_ours(lvm->pid, orphans->context)) {
			/* A second one is not looked for, as things are. */
			lvm->is_unknown = lvm->is_unknown || answer == ORPHANS_FOUND;
			if (answer == ORPHANS_NONE)
				*found = (struct orphan){lvm->pid, lvm->start_ticks,
					lvm_is_lvpoll(lvm) ? NULL : lvm->command};
			answer = ORPHANS_FOUND;
		}
	return answer;
}
