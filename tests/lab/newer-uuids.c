/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into each program of a guest: pvmove's devices get the UUIDs that lvm2 gives them
 * since 2.03.36.
 *
 * Those are LVM-<lvid>-real instead of LVM-<lvid>. An older lvm goes on as ever: what it sends to
 * the kernel and what it reads is translated here. All other programs, the daemon among them, see
 * what is in the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/dm-ioctl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* "LVM-", then the UUIDs of the group and of the volume. */
#define PLAIN_LENGTH 68
#define SUFFIX       "-real"

static bool is_lvm(void)
{
	static int answer = -1;
	char path[256];
	ssize_t length;

	if (answer < 0) {
		length = readlink("/proc/self/exe", path, sizeof(path) - 1);
		path[length > 0 ? length : 0] = '\0';
		answer = length > 4 && !strcmp(path + length - 4, "/lvm");
	}
	return answer == 1;
}

/* "vg-pvmove0", which no other volume of lvm2 may be called. */
static bool name_is_of_pvmove(const char *name)
{
	const char *found = strrchr(name, '-');

	if (!found || strncmp(found, "-pvmove", 7) || !found[7])
		return false;
	return strspn(found + 7, "0123456789") == strlen(found + 7);
}

static bool uuid_is_plain(const char *uuid)
{
	return !strncmp(uuid, "LVM-", 4) && strlen(uuid) == PLAIN_LENGTH;
}

static bool uuid_is_newer(const char *uuid)
{
	return !strncmp(uuid, "LVM-", 4) && strlen(uuid) == PLAIN_LENGTH + strlen(SUFFIX) &&
	       !strcmp(uuid + PLAIN_LENGTH, SUFFIX);
}

static void make_plain(const char *name, char *uuid)
{
	if (name_is_of_pvmove(name) && uuid_is_newer(uuid))
		uuid[PLAIN_LENGTH] = '\0';
}

/* The UUID stands behind the name and the event's number, where the kernel gives it at all. */
static void make_list_plain(struct dm_ioctl *request)
{
	struct dm_name_list *entry = (void *)((char *)request + request->data_start);
	uint32_t *after_name;

	if ((request->flags & DM_BUFFER_FULL_FLAG) || !entry->dev)
		return;
	for (;;) {
		after_name = (void *)(((uintptr_t)(entry->name + strlen(entry->name) + 1) + 7) &
				      ~(uintptr_t)7);
		if (request->version[1] >= 45 && (after_name[1] & DM_NAME_LIST_FLAG_HAS_UUID))
			make_plain(entry->name, (char *)(after_name + 2));
		if (!entry->next)
			return;
		entry = (void *)((char *)entry + entry->next);
	}
}

static int call(int fd, unsigned long command, void *argument)
{
	return (int)syscall(SYS_ioctl, fd, command, argument);
}

/* A device that is asked for by its UUID may be one of pvmove's. 1 where it is none, and all is as
 * before. */
static int call_by_newer_uuid(int fd, unsigned long command, struct dm_ioctl *request)
{
	struct dm_ioctl probe = {
		.version = {DM_VERSION_MAJOR, 0, 0},
		.data_size = sizeof(probe),
		.data_start = sizeof(probe),
	};

	strcpy(probe.uuid, request->uuid);
	strcat(probe.uuid, SUFFIX);
	if (call(fd, DM_DEV_STATUS, &probe) || !name_is_of_pvmove(probe.name))
		return 1;
	strcat(request->uuid, SUFFIX);
	return call(fd, command, request);
}

static int translate(int fd, unsigned long command, struct dm_ioctl *request)
{
	int status = 1;

	if (command == DM_DEV_CREATE && name_is_of_pvmove(request->name) &&
		uuid_is_plain(request->uuid))
		strcat(request->uuid, SUFFIX);
	else if (command != DM_DEV_CREATE && !request->name[0] && uuid_is_plain(request->uuid))
		status = call_by_newer_uuid(fd, command, request);
	if (status == 1)
		status = call(fd, command, request);
	if (!status && command == DM_LIST_DEVICES)
		make_list_plain(request);
	else
		make_plain(request->name, request->uuid);
	return status;
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (((command >> _IOC_TYPESHIFT) & _IOC_TYPEMASK) == DM_IOCTL && is_lvm())
		return translate(fd, command, argument);
	return call(fd, command, argument);
}
