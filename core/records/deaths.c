/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many daemons in a row have died of something. */
#include "config.h"

#include <sys/stat.h>

#include "records/deaths.h"

/* Bits of a file's mode that are used for nothing else. */
#define DEATHS_1 S_IXUSR
#define DEATHS_2 S_IXGRP

static unsigned count(int descriptor)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return 0;
	return (status.st_mode & DEATHS_1 ? 1 : 0) + (status.st_mode & DEATHS_2 ? 2 : 0);
}

/* On a file system that is read-only, or full of other users' files, nothing is counted. */
static void set(int descriptor, unsigned deaths)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return;
	status.st_mode &= 07777 & ~(DEATHS_1 | DEATHS_2);
	status.st_mode |= (deaths & 1 ? DEATHS_1 : 0) | (deaths & 2 ? DEATHS_2 : 0);
	(void)!fchmod(descriptor, status.st_mode);
}

bool deaths_are_many(int descriptor)
{
	return count(descriptor) >= DEATHS_MAX;
}

bool deaths_expect(int descriptor)
{
	if (deaths_are_many(descriptor))
		return false;
	set(descriptor, count(descriptor) + 1);
	return true;
}

void deaths_clear(int descriptor)
{
	set(descriptor, 0);
}
