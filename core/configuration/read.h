/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads lvmpolld.yaml and its drop-ins. */
#ifndef CORE_CONFIGURATION_READ_H
#define CORE_CONFIGURATION_READ_H

#include <stdbool.h>

#include "util/error.h"

struct configuration;

/*
 * Reads FILE and then FILE's drop-ins over CONFIGURATION: "lvmpolld.d/" beside "lvmpolld.yaml",
 * files ending in ".yaml" but not beginning with ".", in the order of strcmp ("10-" before "9-").
 * A later file replaces single keys; a list is replaced as a whole. FILE may be absent only where
 * MUST_EXIST is false. Names of users and groups are looked up here, which may take its time.
 * Returns 0 or a negative errno with "file:line:column: section.key: what would be right";
 * CONFIGURATION must then be thrown away.
 */
int configuration_read(struct configuration *configuration, const char *file, bool must_exist,
	struct lvmpolld_error *error);

#endif
