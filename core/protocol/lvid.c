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

void lvid_format_uuid(const char *lvid, const char *layer, char uuid[LVID_UUID_SIZE])
{
	snprintf(uuid, LVID_UUID_SIZE, UUID_PREFIX "%s%s%s", lvid, layer ? "-" : "",
		layer ? layer : "");
}
