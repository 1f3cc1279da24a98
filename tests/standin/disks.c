/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks below the devices, as files; and the kernel's log. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "disks.h"
#include "state.h"

#define LOG_PATH     "/dev/kmsg"
#define BLOCK_PREFIX "/dev/block/"
#define OPEN_MAX_    16
#define LONGEST      16384

/* What was opened: a descriptor that is closed and opened again for something else has other
 * numbers. */
static struct opened {
	bool is_log;
	int descriptor;
	dev_t device;
	ino_t inode;
	unsigned major, minor;
} opened[OPEN_MAX_];
static unsigned opened_count;

bool disks_has(const char *path)
{
	return state_folder() && path &&
	       (strcmp(path, LOG_PATH) == 0 ||
		       strncmp(path, BLOCK_PREFIX, strlen(BLOCK_PREFIX)) == 0);
}

static int note(int descriptor, struct opened what)
{
	int (*next)(int, struct stat *) = state_next_function("fstat");
	struct stat status;

	if (descriptor < 0 || next(descriptor, &status) < 0)
		return -errno;
	what.descriptor = descriptor;
	what.device = status.st_dev;
	what.inode = status.st_ino;
	opened[opened_count++ % OPEN_MAX_] = what;
	return descriptor;
}

static int open_file(const char *name, int flags)
{
	int (*next)(const char *, int, ...) = state_next_function("open");
	char path[PATH_MAX];

	state_path(path, sizeof(path), name);
	return next(path, flags, 0644);
}

int disks_open(const char *path, int flags)
{
	struct opened what = {.is_log = strcmp(path, LOG_PATH) == 0};
	const char *number = path + strlen(BLOCK_PREFIX);
	char name[64];
	int error = state_play_fault(what.is_log ? "kmsg" : "disk", NULL);

	if (error)
		return -error;
	if (what.is_log)
		return note(open_file("kmsg", O_RDONLY | O_CREAT | O_CLOEXEC), what);
	if (sscanf(number, "%u:%u", &what.major, &what.minor) != 2)
		return -ENOENT;
	snprintf(name, sizeof(name), "disks/%u:%u", what.major, what.minor);
	state_note_call("disk %u:%u", what.major, what.minor);
	return note(open_file(name, flags & ~O_DIRECT), what);
}

static const struct opened *find(int descriptor)
{
	int (*next)(int, struct stat *) = state_next_function("fstat");
	struct stat status;

	for (unsigned i = 0; i < OPEN_MAX_ && i < opened_count; i++)
		if (opened[i].descriptor == descriptor && opened[i].inode != 0 &&
			next(descriptor, &status) == 0 && status.st_dev == opened[i].device &&
			status.st_ino == opened[i].inode)
			return &opened[i];
	return NULL;
}

bool disks_is_log(int descriptor)
{
	const struct opened *found = opened_count > 0 ? find(descriptor) : NULL;

	return found && found->is_log;
}

void disks_fill_status(int descriptor, struct stat *status)
{
	const struct opened *found = opened_count > 0 ? find(descriptor) : NULL;

	if (!found || state_play_fault(found->is_log ? "kmsg.stat" : "disk.stat", NULL) != 0)
		return;
	status->st_mode = (found->is_log ? S_IFCHR : S_IFBLK) | 0600;
	status->st_rdev = found->is_log ? makedev(1, 11) : makedev(found->major, found->minor);
}

/* A line of the file is a record; "EPIPE" in place of one: some were overwritten. */
ssize_t disks_read_log(int descriptor, void *data, size_t size)
{
	ssize_t (*next)(int, void *, size_t) = state_next_function("read");
	char text[LONGEST];
	off_t start = lseek(descriptor, 0, SEEK_CUR);
	ssize_t length = next(descriptor, text, sizeof(text));
	const char *end = length > 0 ? memchr(text, '\n', (size_t)length) : NULL;
	size_t record = end ? (size_t)(end - text) + 1 : 0;

	lseek(descriptor, start + (off_t)record, SEEK_SET);
	if (!end)
		return -EAGAIN;
	if (strncmp(text, "EPIPE\n", record) == 0)
		return -EPIPE;
	if (record > size)
		return -EINVAL;
	memcpy(data, text, record);
	return (ssize_t)record;
}
