/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the text of one file to the configuration. */
#ifndef CORE_CONFIGURATION_PARSE_H
#define CORE_CONFIGURATION_PARSE_H

#include <stddef.h>

#include "util/error.h"

struct configuration;

/* Reads the YAML text of FILE over CONFIGURATION; as configuration_read. */
int configuration_read_text(struct configuration *configuration, const char *file, const char *text,
	size_t size, struct lvmpolld_error *error);

#endif
