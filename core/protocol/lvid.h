/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which device-mapper devices belong to a volume.
 *
 * lvm2 gives a device the UUID "LVM-", the volume's lvid (64 characters), and for a layer of the
 * volume "-" and the layer's name ("real", "cow", "tpool"). It adds layers as it pleases: since
 * 2.03.36 a pvmove's only device is its layer "real". So a device is found by the lvid alone, never
 * by a whole UUID.
 */
#ifndef CORE_PROTOCOL_LVID_H
#define CORE_PROTOCOL_LVID_H

#include <stdbool.h>

#include "protocol/lvm_names.h"

/* What lvid_format_uuid writes at most: device-mapper's own limit. */
#define LVID_UUID_SIZE 129

/*
 * Whether the device with the device-mapper UUID is one of the volume LVID. LAYER, unless NULL,
 * then points at the name of its layer, in UUID; "" for the volume's own device.
 */
bool lvid_owns_uuid(const char *lvid, const char *uuid, const char **layer);

/*
 * Reads into LVID that of the volume whose device has UUID, and into *LAYER, unless that is NULL,
 * the name of its layer, as lvid_owns_uuid does. Returns false where it is no volume's.
 */
bool lvid_read_uuid(const char *uuid, char lvid[LVM_NAMES_LVID_LENGTH + 1], const char **layer);

/* Whether volumes with LVID and OTHER are in one group. */
bool lvid_is_in_group(const char *lvid, const char *other);

/* Whether the device is one of lvm2's, of whatever volume. */
bool lvid_is_of_lvm2(const char *uuid);

/* Writes the UUID of LVID's device in LAYER; NULL: the volume's own device. */
void lvid_format_uuid(const char *lvid, const char *layer, char uuid[LVID_UUID_SIZE]);

#endif
