/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which volumes have devices, by their UUIDs: lvm2's commands know volumes by name alone, and a
 * name may be another's by now, or gone. Only /dev and /sys are read, so no device is waited for.
 */
#ifndef CORE_DEVICES_H
#define CORE_DEVICES_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

/*
 * A device has the name of REQUEST's volume and the UUID of another one. A move that is over
 * leaves its name to the next: what is on record of the former must not be done to the latter.
 */
bool devices_has_namesake(const struct lvmpolld_request *request);

/*
 * The volume LVID has a device, in whatever layer: NAME is what that is called, and "" where it is
 * not there.
 */
#define DEVICES_NAME_SIZE 256
bool devices_find_volume(const char *lvid, char name[DEVICES_NAME_SIZE]);

/* The device NAME is called as REQUEST's volume, or as a layer of it. False when out of memory.
 */
bool devices_is_named_as(const char *name, const struct lvmpolld_request *request);

#endif
