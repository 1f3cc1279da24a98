/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks below the devices, as files; and the kernel's log and release. README.md tells more. */
#ifndef TESTS_STANDIN_DISKS_H
#define TESTS_STANDIN_DISKS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Whether PATH is "/dev/block/MAJOR:MINOR", or the kernel's log. */
bool disks_has(const char *path);
/* Opens it: returns a descriptor, or a negative errno. */
int disks_open(const char *path, int flags);

/* Whether DESCRIPTOR is that of the kernel's log. */
bool disks_is_log(int descriptor);
/* Reads one record. Returns its length or a negative errno. */
ssize_t disks_read_log(int descriptor, void *data, size_t size);

/* A file that is a disk is a block device. */
void disks_fill_status(int descriptor, struct stat *status);

#endif
