/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The disks that an operation copies from and to, as plugins read them in the kernel's table, where
 * devices are numbers. They are collected: the next segment of a move may go to another disk.
 */
#ifndef CORE_LOADER_DISKS_H
#define CORE_LOADER_DISKS_H

#include <stdbool.h>
#include <stddef.h>

#include <lvmpolld/plugin.h>

#include "protocol/lvid.h"

/* The most disks of one operation; further ones are ignored. */
#define DISKS_MAX 16
/* "253:12", with the longest numbers. */
#define DISK_NUMBER_SIZE 24
/* "/dev/mapper/" and a name of device-mapper. */
#define DISK_NAME_SIZE 144

struct disk {
	bool is_destination;
	char number[DISK_NUMBER_SIZE]; /* of the device in the table */
	char name[DISK_NAME_SIZE];     /* the disk's, "/dev/sda1" */
};

/* With a count of 0: none is known. */
struct lvmpolld_disks {
	char lvid[LVM_NAMES_LVID_LENGTH + 1]; /* of the operation's volume; "": of any group */
	size_t count;
	struct disk list[DISKS_MAX];
};

/*
 * Adds the disks that the device NUMBER ("8:1") lies on, unless they are there already. A volume of
 * the same group is replaced by the disks below it, as SYSFS ("/sys") shows: one of another group
 * is a disk itself. One without a name is called by its number.
 */
void disks_add(
	struct lvmpolld_disks *disks, const char *sysfs, const char *number, bool is_destination);

/* All of them: a sign, the number in the table, "=" and the name, with blanks between them. */
#define DISKS_TEXT_SIZE (DISKS_MAX * (DISK_NUMBER_SIZE + DISK_NAME_SIZE + 3))
void disks_write(const struct lvmpolld_disks *disks, char text[DISKS_TEXT_SIZE]);
/* Reads that, as far as it is understood. */
void disks_read(struct lvmpolld_disks *disks, const char *text);

/* The I-th of the sources, or of the destinations; NULL behind the last. */
const char *disks_name(const struct lvmpolld_disks *disks, bool is_destination, size_t i);

#endif
