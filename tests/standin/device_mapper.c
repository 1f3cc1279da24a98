/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stand-in for the kernel's device-mapper, below libdevmapper: loaded with LD_PRELOAD, it takes
 * the calls about /dev/mapper/control and answers them from a folder (README.md). Every other call
 * goes on to libc.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "control.h"
#include "disks.h"
#include "state.h"

#define EXPORT __attribute__((visibility("default")))

#define MISC_MAJOR    10
#define CONTROL_MINOR 236

/* What libdevmapper looks for in /proc. */
static const char proc_devices[] = "Character devices:\n 10 misc\n\n"
				   "Block devices:\n253 device-mapper\n";
static const char proc_misc[] = "236 device-mapper\n";
static const char proc_misc_without[] = "237 loop-control\n";

/* A difference between two disks settles soon. */
static const char dirty_expire[] = "10\n";
static const char dirty_writeback[] = "1\n";

#define SYS_BLOCK "/sys/dev/block/"

/* One that the plugins know. */
#define RELEASE "6.1.0-standin"

static bool is_control(const char *path)
{
	return state_folder() && path && strcmp(path, CONTROL_PATH) == 0;
}

static int with_errno(int result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static int open_next(const char *name, const char *path, int flags, mode_t mode)
{
	int (*next)(const char *, int, ...) = state_next_function(name);

	if (disks_has(path))
		return with_errno(disks_open(path, flags));
	return is_control(path) ? with_errno(control_open(flags)) : next(path, flags, mode);
}

static int openat_next(const char *name, int folder, const char *path, int flags, mode_t mode)
{
	int (*next)(int, const char *, int, ...) = state_next_function(name);

	return is_control(path) ? with_errno(control_open(flags)) : next(folder, path, flags, mode);
}

#define READ_MODE(LAST)                                                                            \
	mode_t mode = 0;                                                                           \
	va_list arguments;                                                                         \
	va_start(arguments, LAST);                                                                 \
	if (takes_mode(LAST))                                                                      \
		mode = va_arg(arguments, mode_t);                                                  \
	va_end(arguments)

EXPORT int open(const char *path, int flags, ...)
{
	READ_MODE(flags);
	return open_next("open", path, flags, mode);
}

EXPORT int openat(int folder, const char *path, int flags, ...)
{
	READ_MODE(flags);
	return openat_next("openat", folder, path, flags, mode);
}

/* Elsewhere these are other names of the same functions. */
#ifdef __GLIBC__
EXPORT int open64(const char *path, int flags, ...)
{
	READ_MODE(flags);
	return open_next("open64", path, flags, mode);
}

EXPORT int openat64(int folder, const char *path, int flags, ...)
{
	READ_MODE(flags);
	return openat_next("openat64", folder, path, flags, mode);
}

/* What open becomes where a program is built with checks by the library. */
EXPORT int __open_2(const char *path, int flags);
EXPORT int __open_2(const char *path, int flags)
{
	return open_next("open", path, flags, 0);
}

EXPORT int __open64_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags)
{
	return open_next("open64", path, flags, 0);
}
#endif

/* A missing device-mapper has no node; one that may not be used, or has gone, still has. */
#define DEFINE_STAT(NAME, STRUCT)                                                                  \
	EXPORT int NAME(const char *path, struct STRUCT *status)                                   \
	{                                                                                          \
		int (*next)(const char *, struct STRUCT *) = state_next_function(#NAME);           \
                                                                                                   \
		if (!is_control(path))                                                             \
			return next(path, status);                                                 \
		if (state_peek_fault("open") == ENOENT)                                            \
			return with_errno(-ENOENT);                                                \
		memset(status, 0, sizeof(*status));                                                \
		status->st_mode = S_IFCHR | 0600;                                                  \
		status->st_rdev = makedev(MISC_MAJOR, CONTROL_MINOR);                              \
		status->st_nlink = 1;                                                              \
		return 0;                                                                          \
	}

DEFINE_STAT(stat, stat)
DEFINE_STAT(lstat, stat)
#ifdef __GLIBC__
DEFINE_STAT(stat64, stat64)
DEFINE_STAT(lstat64, stat64)
#endif

EXPORT int access(const char *path, int mode)
{
	int (*next)(const char *, int) = state_next_function("access");

	return is_control(path) ? with_errno(-state_peek_fault("open")) : next(path, mode);
}

/* libdevmapper would make the node that it misses. */
EXPORT int mknod(const char *path, mode_t mode, dev_t device)
{
	int (*next)(const char *, mode_t, dev_t) = state_next_function("mknod");

	return is_control(path) ? with_errno(-EPERM) : next(path, mode, device);
}

static FILE *fopen_next(const char *name, const char *path, const char *mode)
{
	FILE *(*next)(const char *, const char *) = state_next_function(name);
	const char *text = NULL;

	if (state_folder() && strcmp(path, "/proc/devices") == 0)
		text = proc_devices;
	else if (state_folder() && strcmp(path, "/proc/misc") == 0)
		text = state_peek_fault("open") == ENOENT ? proc_misc_without : proc_misc;
	else if (state_folder() && strcmp(path, "/proc/sys/vm/dirty_expire_centisecs") == 0)
		text = dirty_expire;
	else if (state_folder() && strcmp(path, "/proc/sys/vm/dirty_writeback_centisecs") == 0)
		text = dirty_writeback;
	/* The disks of this machine are none of those. */
	if (state_folder() && strncmp(path, SYS_BLOCK, strlen(SYS_BLOCK)) == 0) {
		errno = ENOENT;
		return NULL;
	}
	/* Read-only, the buffer is not written to. */
	return text ? fmemopen((void *)(uintptr_t)text, strlen(text), "r") : next(path, mode);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	return fopen_next("fopen", path, mode);
}

#ifdef __GLIBC__
EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return fopen_next("fopen64", path, mode);
}
#endif

static int show_status(int descriptor, struct stat *status)
{
	int (*next)(int, struct stat *) = state_next_function("fstat");
	int result = next(descriptor, status);

	if (result == 0 && state_folder())
		disks_fill_status(descriptor, status);
	return result;
}

EXPORT int fstat(int descriptor, struct stat *status)
{
	return show_status(descriptor, status);
}

/* What ThreadSanitizer makes of each fstat: the function of older versions of the C library. */
int __fxstat(int version, int descriptor, struct stat *status);

EXPORT int __fxstat(int version, int descriptor, struct stat *status)
{
	(void)version;
	return show_status(descriptor, status);
}

EXPORT ssize_t read(int descriptor, void *data, size_t size)
{
	ssize_t (*next)(int, void *, size_t) = state_next_function("read");
	ssize_t length;

	if (!disks_is_log(descriptor))
		return next(descriptor, data, size);
	length = disks_read_log(descriptor, data, size);
	if (length >= 0)
		return length;
	errno = (int)-length;
	return -1;
}

EXPORT int uname(struct utsname *kernel)
{
	int (*next)(struct utsname *) = state_next_function("uname");
	int result = next(kernel);
	char path[PATH_MAX], *text;

	if (result < 0 || !state_folder())
		return result;
	state_path(path, sizeof(path), "release");
	text = state_read_file(path);
	snprintf(kernel->release, sizeof(kernel->release), "%s", text ? text : RELEASE);
	kernel->release[strcspn(kernel->release, "\n")] = '\0';
	free(text);
	return 0;
}

/* As the C library declares it. */
#ifdef __GLIBC__
typedef unsigned long ioctl_request;
#else
typedef int ioctl_request;
#endif

EXPORT int ioctl(int descriptor, ioctl_request request, ...)
{
	int (*next)(int, ioctl_request, ...) = state_next_function("ioctl");
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (state_folder() && control_understands((unsigned)request))
		return with_errno(control_answer(descriptor, (unsigned)request, argument));
	return next(descriptor, request, argument);
}
