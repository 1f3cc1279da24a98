/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The namespace for processes that this one is in: the first of the machine, which has all of them,
 * wherever the tests run; or, where the folder has the file "hidden", another one.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "state.h"

#define EXPORT __attribute__((visibility("default")))

static const char link_end[] = "/ns/pid";

static const char *show_namespace(void)
{
	char path[PATH_MAX];

	state_path(path, sizeof(path), "hidden");
	return access(path, F_OK) == 0 ? "pid:[17]" : "pid:[4026531836]";
}

static ssize_t read_link(const char *path, char *text, size_t size)
{
	size_t length = strlen(path), end = strlen(link_end);
	const char *shown;

	if (!state_folder() || length < end || strcmp(path + length - end, link_end) != 0)
		return syscall(SYS_readlinkat, AT_FDCWD, path, text, size);
	shown = show_namespace();
	length = strlen(shown) < size ? strlen(shown) : size;
	memcpy(text, shown, length);
	return (ssize_t)length;
}

EXPORT ssize_t readlink(const char *path, char *text, size_t size)
{
	return read_link(path, text, size);
}

/* As a program is built that checks the sizes of its memory. */
EXPORT ssize_t __readlink_chk(const char *path, char *text, size_t size, size_t capacity)
{
	return read_link(path, text, size < capacity ? size : capacity);
}
