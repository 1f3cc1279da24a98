/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which device-mapper devices belong to a volume. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "protocol/lvid.h"

#define UUID_PREFIX        "LVM-"
#define UUID_PREFIX_LENGTH (sizeof(UUID_PREFIX) - 1)

bool lvid_is_of_lvm2(const char *uuid)
{
	return !strncmp(uuid, UUID_PREFIX, UUID_PREFIX_LENGTH);
}

bool lvid_owns_uuid(const char *lvid, const char *uuid, const char **layer)
{
	size_t length = strlen(lvid);
	const char *end;

	if (length == 0 || !lvid_is_of_lvm2(uuid) ||
		strncmp(uuid + UUID_PREFIX_LENGTH, lvid, length) != 0)
		return false;
	end = uuid + UUID_PREFIX_LENGTH + length;
	if (*end != '\0' && *end != '-')
		return false;
	if (layer)
		*layer = *end == '-' ? end + 1 : end;
	return true;
}

bool lvid_read_uuid(const char *uuid, char lvid[LVM_NAMES_LVID_LENGTH + 1], const char **layer)
{
	if (!lvid_is_of_lvm2(uuid) || strlen(uuid) < UUID_PREFIX_LENGTH + LVM_NAMES_LVID_LENGTH)
		return false;
	memcpy(lvid, uuid + UUID_PREFIX_LENGTH, LVM_NAMES_LVID_LENGTH);
	lvid[LVM_NAMES_LVID_LENGTH] = '\0';
	return lvid_owns_uuid(lvid, uuid, layer);
}

/* The UUID of the group is the first half of an lvid. */
bool lvid_is_in_group(const char *lvid, const char *other)
{
	return !strncmp(lvid, other, LVM_NAMES_LVID_LENGTH / 2);
}

void lvid_format_uuid(const char *lvid, const char *layer, char uuid[LVID_UUID_SIZE])
{
	snprintf(uuid, LVID_UUID_SIZE, UUID_PREFIX "%s%s%s", lvid, layer ? "-" : "",
		layer ? layer : "");
}
