/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether this daemon runs in the tree where it was built. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "configuration/build_tree.h"

/* Cuts the last name off PATH where it is NAME. */
static bool cut_name(char *path, const char *name)
{
	char *slash = strrchr(path, '/');

	if (!slash || (name && strcmp(slash + 1, name)))
		return false;
	*slash = '\0';
	return true;
}

/*
 * The program is TREE/core/lvmpolld, or TREE/core/.libs/lvmpolld where libtool wraps it; and
 * configure has left its mark in TREE. No path is compiled in, so that builds stay reproducible.
 */
int build_tree_find(char **tree)
{
	char path[PATH_MAX], mark[PATH_MAX + 16];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	*tree = NULL;
	if (length <= 0)
		return 0;
	path[length] = '\0';
	cut_name(path, NULL);
	cut_name(path, ".libs");
	if (!cut_name(path, "core"))
		return 0;
	snprintf(mark, sizeof(mark), "%s/config.status", path);
	if (access(mark, F_OK) < 0)
		return 0;
	*tree = strdup(path);
	return *tree ? 0 : -ENOMEM;
}
