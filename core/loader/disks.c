/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks that an operation copies from and to. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "loader/disks.h"
#include "protocol/lvid.h"

/* Volumes below volumes: legs, their sub-volumes. No more than that is looked through. */
#define DEPTH_MAX 4

static bool is_number(const char *number)
{
	size_t length = strspn(number, "0123456789:");

	return length > 2 && length < DISK_NUMBER_SIZE && number[length] == '\0' &&
	       isdigit((unsigned char)number[0]) && strchr(number, ':') == strrchr(number, ':');
}

static bool is_known(const struct lvmpolld_disks *disks, const char *name, const char *number,
	bool is_destination)
{
	for (size_t i = 0; i < disks->count; i++) {
		const struct disk *disk = &disks->list[i];

		if (disk->is_destination == is_destination &&
			!strcmp(name ? disk->name : disk->number, name ? name : number))
			return true;
	}
	return false;
}

/* Reads the first line of FILE of the device NUMBER. Returns false where there is none. */
static bool read_line(const char *sysfs, const char *number, const char *file, char *line, int size)
{
	char path[PATH_MAX];
	FILE *stream;
	bool is_read;

	snprintf(path, sizeof(path), "%s/dev/block/%s/%s", sysfs, number, file);
	stream = fopen(path, "re");
	is_read = stream && fgets(line, size, stream);
	if (stream)
		fclose(stream);
	if (is_read)
		line[strcspn(line, "\n")] = '\0';
	return is_read && line[0];
}

/* "/dev/mapper/NAME" of a device-mapper device, else "/dev/NAME", else the number. */
static void find_name(const char *sysfs, const char *number, char name[DISK_NAME_SIZE])
{
	char line[DISK_NAME_SIZE - sizeof("/dev/mapper/")], path[PATH_MAX];
	FILE *stream;

	snprintf(name, DISK_NAME_SIZE, "%s", number);
	if (read_line(sysfs, number, "dm/name", line, sizeof(line))) {
		snprintf(name, DISK_NAME_SIZE, "/dev/mapper/%s", line);
		return;
	}
	snprintf(path, sizeof(path), "%s/dev/block/%s/uevent", sysfs, number);
	stream = fopen(path, "re");
	while (stream && fgets(line, sizeof(line), stream))
		if (!strncmp(line, "DEVNAME=", 8)) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(name, DISK_NAME_SIZE, "/dev/%s", line + 8);
		}
	if (stream)
		fclose(stream);
}

static void add(struct lvmpolld_disks *disks, const char *sysfs, const char *number,
	bool is_destination, unsigned depth, const char *top);

/* What a volume lies on: "slaves" of its device. Returns false where that cannot be read. */
static bool add_below(struct lvmpolld_disks *disks, const char *sysfs, const char *number,
	bool is_destination, unsigned depth, const char *top)
{
	char path[PATH_MAX], below[DISK_NUMBER_SIZE];
	const struct dirent *entry;
	bool is_any = false;
	DIR *directory;

	snprintf(path, sizeof(path), "%s/dev/block/%s/slaves", sysfs, number);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "slaves/%s/dev", entry->d_name);
		if (!read_line(sysfs, number, path, below, sizeof(below)) || !is_number(below))
			continue;
		add(disks, sysfs, below, is_destination, depth + 1, top);
		is_any = true;
	}
	if (directory)
		closedir(directory);
	return is_any;
}

/* Whether UUID is that of a volume in the group of the operation. */
static bool is_of_group(const struct lvmpolld_disks *disks, const char *uuid)
{
	char lvid[LVM_NAMES_LVID_LENGTH + 1];

	if (disks->lvid[0] == '\0')
		return lvid_is_of_lvm2(uuid);
	return lvid_read_uuid(uuid, lvid, NULL) && lvid_is_in_group(lvid, disks->lvid);
}

static void add(struct lvmpolld_disks *disks, const char *sysfs, const char *number,
	bool is_destination, unsigned depth, const char *top)
{
	char uuid[LVID_UUID_SIZE], name[DISK_NAME_SIZE];
	struct disk *disk;

	if (depth < DEPTH_MAX && read_line(sysfs, number, "dm/uuid", uuid, sizeof(uuid)) &&
		is_of_group(disks, uuid) &&
		add_below(disks, sysfs, number, is_destination, depth, top))
		return;
	find_name(sysfs, number, name);
	if (disks->count == DISKS_MAX || is_known(disks, name, NULL, is_destination))
		return;
	disk = &disks->list[disks->count++];
	disk->is_destination = is_destination;
	snprintf(disk->number, sizeof(disk->number), "%s", top);
	snprintf(disk->name, sizeof(disk->name), "%s", name);
}

void disks_add(
	struct lvmpolld_disks *disks, const char *sysfs, const char *number, bool is_destination)
{
	if (is_number(number) && !is_known(disks, NULL, number, is_destination))
		add(disks, sysfs, number, is_destination, 0, number);
}

const char *disks_name(const struct lvmpolld_disks *disks, bool is_destination, size_t i)
{
	for (size_t at = 0; at < disks->count; at++)
		if (disks->list[at].is_destination == is_destination && i-- == 0)
			return disks->list[at].name;
	return NULL;
}

void disks_write(const struct lvmpolld_disks *disks, char text[DISKS_TEXT_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < disks->count; i++) {
		const struct disk *disk = &disks->list[i];

		used += (size_t)snprintf(text + used, DISKS_TEXT_SIZE - used, "%s%c%s=%s",
			i > 0 ? " " : "", disk->is_destination ? '+' : '-', disk->number,
			disk->name);
	}
}

void disks_read(struct lvmpolld_disks *disks, const char *text)
{
	struct disk disk;
	char sign;
	int length;

	disks->count = 0;
	while (disks->count < DISKS_MAX &&
		sscanf(text, " %c%23[0-9:]=%143s%n", &sign, disk.number, disk.name, &length) == 3) {
		text += length;
		disk.is_destination = sign == '+';
		if ((sign == '+' || sign == '-') && is_number(disk.number))
			disks->list[disks->count++] = disk;
	}
}
