/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads single values from their text, and finds the name that a user may have meant. */
#ifndef CORE_CONFIGURATION_VALUE_H
#define CORE_CONFIGURATION_VALUE_H

#include <lvmpolld/plugin.h>

#include "util/error.h"

/*
 * Checks TEXT against TYPE and fills VALUE, whose string is then TEXT itself. Returns 0 or -EINVAL
 * with a sentence that says what would be right.
 */
int configuration_parse_value(const char *text, enum lvmpolld_type type,
	struct lvmpolld_value *value, struct lvmpolld_error *error);

/* The one of NAMES (ended by NULL) that is spelt most like NAME; NULL where none is similar. */
const char *configuration_nearest_name(const char *name, const char *const *names);

#endif
