/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attendants: processes that may see to an operation which this daemon does not have, be they
 * commands of lvm2 or other poll daemons. They are looked for in /proc, once for all operations,
 * and in pieces, between which the loop goes on. A command that goes on in a process of its own
 * meanwhile might be missed, so all is read twice.
 */
#ifndef CORE_LVM_ATTENDANTS_H
#define CORE_LVM_ATTENDANTS_H

#include <stdbool.h>
#include <sys/types.h>

#include <lvmpolld/plugin.h>

struct attendants;
struct event_base;

/* What a process may be to an operation, the graver the later. */
enum attendance {
	ATTENDANCE_NONE,    /* no process sees to it */
	ATTENDANCE_UNCLEAR, /* a process may see to it, which cannot be told */
	ATTENDANCE_THERE,   /* a process names it, or its group */
};

struct attendant {
	pid_t pid;     /* 0: not a certain one, /proc could not be read */
	char name[16]; /* of its program */
};

/*
 * Begins to read /proc. BINARY is the daemon's own lvm command. KNOWN is called with CONTEXT when
 * all is read. Returns NULL when out of memory.
 */
struct attendants *attendants_new(
	struct event_base *base, const char *binary, void (*known)(void *context), void *context);
void attendants_free(struct attendants *attendants);

/*
 * What was found of the volume of REQUEST, once KNOWN was called; FOUND is the process, where there
 * is one. This process and its children do not count. A command of lvm2 that names neither the
 * volume nor its group may see to it all the same, as pvmove does, which names a disk; but for
 * commands that only report, and an lvpoll that IS_ANOTHER says of, with CONTEXT, that it names a
 * volume which is there and not the one with LVID: any other name may be an old one of that. So may
 * another poll daemon that watches device-mapper, and has no process while data is copied. Where
 * this process cannot see all others, since it is in a namespace for processes or they are hidden
 * from it, any of those may see to the volume. Processes of other users that may not administer
 * devices do not count.
 */
enum attendance attendants_find(const struct attendants *attendants,
	const struct lvmpolld_request *request,
	bool (*is_another)(
		const char *vg_name, const char *lv_name, const char *lvid, const void *context),
	const void *context, struct attendant *found);

#endif
