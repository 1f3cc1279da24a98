/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lvm2 allows as names, so that nothing from a request becomes an option or a path. */
#ifndef CORE_PROTOCOL_LVM_NAMES_H
#define CORE_PROTOCOL_LVM_NAMES_H

#include "util/error.h"

/* Characters in the lvid of a logical volume: the UUID of its group and its own. */
#define LVM_NAMES_LVID_LENGTH 64

/*
 * Each checks VALUE, the value of parameter PARAMETER. Returns 0, or -EINVAL with a sentence that
 * names the parameter, the value (with control characters escaped, and shortened where it is long)
 * and what would be right.
 */
int lvm_names_check_vg_name(const char *parameter, const char *value, struct lvmpolld_error *error);
int lvm_names_check_lv_name(const char *parameter, const char *value, struct lvmpolld_error *error);
/* Likewise, whether the name of the volume's device is short enough for device-mapper. Both names
 * were checked before. */
int lvm_names_check_device_name(const char *parameter, const char *vg_name, const char *lv_name,
	struct lvmpolld_error *error);
int lvm_names_check_lvid(const char *parameter, const char *value, struct lvmpolld_error *error);
int lvm_names_check_devices_file(
	const char *parameter, const char *value, struct lvmpolld_error *error);
int lvm_names_check_system_dir(
	const char *parameter, const char *value, struct lvmpolld_error *error);

#endif
