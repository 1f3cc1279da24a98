/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory of its own for each test, set up and removed by the suite's fixture. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Short, since the path of a socket must be. */
static char scratch_directory[] = "/tmp/lvmpolld-XXXXXX";

static inline void scratch_create(void)
{
	snprintf(scratch_directory, sizeof(scratch_directory), "/tmp/lvmpolld-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch_directory));
}

static inline int scratch_remove_one(
	const char *path, const struct stat *status, int kind, struct FTW *position)
{
	(void)status;
	(void)kind;
	(void)position;
	return remove(path);
}

static inline void scratch_remove(void)
{
	nftw(scratch_directory, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of NAME in the directory; valid until the next call but three. */
static inline const char *scratch_path(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", scratch_directory, name);
	return path;
}

#endif
