/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a YAML document to the configuration. */
#ifndef CORE_CONFIGURATION_WALK_H
#define CORE_CONFIGURATION_WALK_H

#include <yaml.h>

#include "configuration/configuration.h"

/* Sets what DOCUMENT, read from FILE, holds. Returns 0 or a negative errno. */
int configuration_walk_document(struct configuration *configuration, const char *file,
	yaml_document_t *document, struct lvmpolld_error *error);

#endif
