/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which volumes have devices, by their UUIDs. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <libdevmapper.h>
#include <linux/dm-ioctl.h>

#include "lvm/devices.h"
#include "protocol/lvid.h"

#define NAME_POOL_HINT 256

/* Reads the line in PATH, without its end, into TEXT. Returns false where it is not there. */
static bool read_line(const char *path, char text[DEVICES_NAME_SIZE])
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (descriptor < 0)
		return false;
	length = read(descriptor, text, DEVICES_NAME_SIZE - 1);
	close(descriptor);
	text[length > 0 ? length : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return length > 0;
}

static bool read_attribute(dev_t device, const char *name, char text[DEVICES_NAME_SIZE])
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm/%s", major(device), minor(device),
		name);
	return read_line(path, text);
}

/* A node of /dev/mapper may be left over from a device that is gone: its name tells. */
static bool is_of_another(const char *device_name, const char *lvid)
{
	char path[sizeof("/dev/mapper/") + DM_NAME_LEN];
	char name[DEVICES_NAME_SIZE], uuid[DEVICES_NAME_SIZE];
	struct stat status;

	snprintf(path, sizeof(path), "/dev/mapper/%s", device_name);
	if (stat(path, &status) < 0 || !S_ISBLK(status.st_mode))
		return false;
	return read_attribute(status.st_rdev, "name", name) && !strcmp(name, device_name) &&
	       read_attribute(status.st_rdev, "uuid", uuid) && lvid_is_of_another(lvid, uuid);
}

bool devices_has_namesake(const struct lvmpolld_request *request)
{
	struct dm_pool *pool = dm_pool_create("device name", NAME_POOL_HINT);
	char *name = pool ? dm_build_dm_name(pool, request->vg_name, request->lv_name, NULL) : NULL;
	bool is_taken = name && is_of_another(name, request->lvid);

	if (pool)
		dm_pool_destroy(pool);
	return is_taken;
}

bool devices_is_named_as(const char *name, const struct lvmpolld_request *request)
{
	struct dm_pool *pool = dm_pool_create("device name", NAME_POOL_HINT);
	const char *wanted =
		pool ? dm_build_dm_name(pool, request->vg_name, request->lv_name, NULL) : NULL;
	size_t length = wanted ? strlen(wanted) : 0;
	bool is_named = wanted && strncmp(name, wanted, length) == 0 &&
			(name[length] == '\0' || name[length] == '-');

	if (pool)
		dm_pool_destroy(pool);
	return is_named;
}

bool devices_find_volume(const char *lvid, char name[DEVICES_NAME_SIZE])
{
	char path[sizeof("/sys/block//dm/uuid") + NAME_MAX], uuid[DEVICES_NAME_SIZE];
	DIR *directory = opendir("/sys/block");
	struct dirent *entry;
	bool is_found = false;

	while (directory && !is_found && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/sys/block/%s/dm/uuid", entry->d_name);
		is_found = !strncmp(entry->d_name, "dm-", 3) && read_line(path, uuid) &&
			   lvid_owns_uuid(lvid, uuid, NULL);
		if (is_found)
			snprintf(path, sizeof(path), "/sys/block/%s/dm/name", entry->d_name);
	}
	if (!is_found || !read_line(path, name))
		name[0] = '\0';
	if (directory)
		closedir(directory);
	return is_found;
}
