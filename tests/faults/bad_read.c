/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: a file whose path has $LVMPOLLD_BAD_READ in it cannot be read (EIO); or whoever reads
 * it dies, where $LVMPOLLD_BAD_READ_KILLS is set.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_bad(int descriptor)
{
	const char *bad = getenv("LVMPOLLD_BAD_READ");
	char link[64], path[4096];
	ssize_t length;

	if (!bad)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	return !!strstr(path, bad);
}

__attribute__((visibility("default"))) ssize_t read(int descriptor, void *bytes, size_t size)
{
	static ssize_t (*next)(int, void *, size_t);

	if (!next)
		next = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	if (!is_bad(descriptor))
		return next(descriptor, bytes, size);
	if (getenv("LVMPOLLD_BAD_READ_KILLS"))
		kill(getpid(), SIGKILL);
	errno = EIO;
	return -1;
}
