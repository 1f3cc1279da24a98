/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs: whether a process is a command of lvm2, or another poll daemon; by what /proc tells, of
 * which a daemon in a sandbox sees less. Any thread.
 */
#ifndef CORE_LVM_PROGRAMS_H
#define CORE_LVM_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* By what the daemon's own lvm command is known. */
struct programs {
	char *name;   /* the last part of its path */
	char *folder; /* what is before that */
	char *target; /* where its links lead; NULL where it is not there */
};

/* Returns 0 or -ENOMEM. BINARY is the path of the daemon's own lvm command. */
int programs_init(struct programs *programs, const char *binary);
void programs_destroy(struct programs *programs);

enum program {
	PROGRAM_OTHER, /* or a command of lvm2 that only reports */
	PROGRAM_LVM,
	PROGRAM_DAEMON, /* of our kind, which watches device-mapper */
};

/* What PID runs, which has LENGTH bytes of ARGUMENTS, each ended by a NUL byte. */
enum program programs_judge(
	const struct programs *programs, pid_t pid, const char *arguments, size_t length);

/* Whether no namespace, and no option of /proc, hides processes from this one. */
bool programs_are_all_seen(void);

#endif
