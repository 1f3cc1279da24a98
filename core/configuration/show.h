/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of the keys as they are in force, as text. */
#ifndef CORE_CONFIGURATION_SHOW_H
#define CORE_CONFIGURATION_SHOW_H

#include <stddef.h>

#include "configuration/configuration.h"
#include "configuration/keys.h"

struct buffer;

/* Adds the value of KEY in CONFIGURATION to TEXT, as it would be written in lvmpolld.yaml. */
void configuration_show(const struct configuration *configuration,
	const struct configuration_key *key, struct buffer *text);

#endif
