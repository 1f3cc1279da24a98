/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lvm2 allows as names, so that nothing from a request becomes an option or a path. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "protocol/lvm_names.h"
#include "util/escape.h"

/* lvm2's limit for a name of a group or a volume, and device-mapper's for the name of a device. */
#define NAME_LENGTH_MAX        127
#define DEVICE_NAME_LENGTH_MAX 127

/* What a sentence shows of a value, in bytes; a longer one is shortened. */
#define SHOWN_SIZE 64

static const char name_characters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+_.-";

/* lvm2 makes a UUID of 32 characters from these 64. */
static const char uuid_characters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#";

/*
 * The sentence goes to logs and to the terminal of lvm2's user, and a value that is refused
 * is not to be trusted with either.
 */
static int refuse(
	const char *parameter, const char *value, const char *problem, struct lvmpolld_error *error)
{
	char shown[SHOWN_SIZE];

	escape_text(shown, sizeof(shown), &value);
	return error_set(error, EINVAL, "%s \"%s%s\" %s", parameter, shown,
		*value == '\0' ? "" : "...", problem);
}

/* The one rule of lvm2 for names, which it uses for groups, volumes and devices files. */
static int check_name(const char *parameter, const char *value, struct lvmpolld_error *error)
{
	if (*value == '\0')
		return refuse(parameter, value, "is empty: a name has 1 to 127 characters", error);
	if (strlen(value) > NAME_LENGTH_MAX)
		return refuse(
			parameter, value, "is too long: a name has 1 to 127 characters", error);
	if (*value == '-')
		return refuse(parameter, value, "begins with \"-\": a name must not", error);
	if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return refuse(parameter, value, "is the name of a directory, which no name may be",
			error);
	if (value[strspn(value, name_characters)] != '\0')
		return refuse(parameter, value,
			"has a character that is not allowed: only letters, digits and +_.- are",
			error);
	return 0;
}

int lvm_names_check_vg_name(const char *parameter, const char *value, struct lvmpolld_error *error)
{
	return check_name(parameter, value, error);
}

/* Reserved names are lvm2's own, and the volumes that are polled have such names: "pvmove0",
 * "lvol0_mimage_0". */
int lvm_names_check_lv_name(const char *parameter, const char *value, struct lvmpolld_error *error)
{
	return check_name(parameter, value, error);
}

/* The length of NAME within the name of a device, where each hyphen is doubled. */
static size_t device_name_length(const char *name)
{
	size_t length = 0;

	for (; *name != '\0'; name++)
		length += *name == '-' ? 2 : 1;
	return length;
}

int lvm_names_check_device_name(const char *parameter, const char *vg_name, const char *lv_name,
	struct lvmpolld_error *error)
{
	size_t length = device_name_length(vg_name) + 1 + device_name_length(lv_name);

	if (length <= DEVICE_NAME_LENGTH_MAX)
		return 0;
	return error_set(error, EINVAL,
		"%s \"%s\" is too long in its group: the name of the device would have %zu "
		"characters, "
		"each \"-\" counted twice, of at most %d",
		parameter, lv_name, length, DEVICE_NAME_LENGTH_MAX);
}

int lvm_names_check_lvid(const char *parameter, const char *value, struct lvmpolld_error *error)
{
	if (strlen(value) != LVM_NAMES_LVID_LENGTH || value[strspn(value, uuid_characters)] != '\0')
		return refuse(parameter, value,
			"is not two UUIDs of lvm2: 64 letters, digits, \"!\" or \"#\"", error);
	return 0;
}

int lvm_names_check_devices_file(
	const char *parameter, const char *value, struct lvmpolld_error *error)
{
	return check_name(parameter, value, error);
}

static bool has_control_character(const char *value)
{
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return true;
	}
	return false;
}

int lvm_names_check_system_dir(
	const char *parameter, const char *value, struct lvmpolld_error *error)
{
	if (*value != '/')
		return refuse(parameter, value, "is not an absolute path: it must begin with \"/\"",
			error);
	if (strlen(value) >= PATH_MAX)
		return refuse(
			parameter, value, "is too long: a path has at most 4095 characters", error);
	if (has_control_character(value))
		return refuse(
			parameter, value, "has a control character: a path must have none", error);
	return 0;
}
