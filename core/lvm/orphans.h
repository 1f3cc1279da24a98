/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds orphans whose process id is not on record. /proc is searched by command line and
 * environment: once for all operations that need an answer, and in pieces, between which the loop
 * goes on.
 */
#ifndef CORE_LVM_ORPHANS_H
#define CORE_LVM_ORPHANS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <lvmpolld/plugin.h>

struct event_base;
struct orphans;

/* "No" and "it cannot be told" are different answers. */
enum orphans_answer {
	ORPHANS_NONE,
	ORPHANS_FOUND,
	ORPHANS_NOT_KNOWN,  /* the search goes on */
	ORPHANS_CANNOT_TELL /* it has ended without all answers, and begins anew */
};

struct orphan {
	pid_t pid;
	uint64_t start_ticks; /* its start time in /proc, by which it is recognised */
	/* Of what is not lvpoll, valid until orphans_find is called again; NULL: lvpoll. */
	const char *command_name;
};

struct orphans_callbacks {
	/* /proc was read again: a caller that got none of the first two may ask again. */
	void (*known)(void *context);
	/* Whether WORD is an lvm command beside lvpoll that a daemon may have started. */
	bool (*is_command)(const char *word, void *context);
	/* This daemon has started PID, or has adopted it or is about to: it is looked after. */
	bool (*is_ours)(pid_t pid, void *context);
};

/* Returns NULL when out of memory. */
struct orphans *orphans_new(
	struct event_base *base, const struct orphans_callbacks *callbacks, void *context);
void orphans_free(struct orphans *orphans);

/*
 * Finds a process of the daemon's user that polls or aborts the volume of REQUEST, and whose parent
 * is no poll daemon. Its environment has the volume's lvid; or, of an lvpoll, its command line has
 * the volume's names: any other command of that kind may be an administrator's. The first call
 * begins the search. A process in the middle of its exec, or one that cannot be read, may be the
 * orphan: then the search is repeated until that is known. One that will never have a command line
 * is not, nor one that was started when the search had begun: by then the previous daemon was dead.
 */
enum orphans_answer orphans_find(struct orphans *orphans, const char *operation_name,
	const struct lvmpolld_request *request, struct orphan *found);

#endif
