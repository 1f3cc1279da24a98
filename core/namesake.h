/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lvm2's commands know volumes by name alone. A move that is over leaves its name to the next one:
 * what is on record of the former must not be done to the latter.
 */
#ifndef CORE_NAMESAKE_H
#define CORE_NAMESAKE_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

/*
 * A device has the name of OPERATION's volume and the UUID of another volume. Only /dev and /sys
 * are read: this never waits for a device.
 */
bool namesake_exists(const struct lvmpolld_operation *operation);

#endif
