/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets keys of the configuration, after the checks of their type. */
#ifndef CORE_CONFIGURATION_SET_H
#define CORE_CONFIGURATION_SET_H

#include <stddef.h>

#include "util/error.h"

struct configuration;
struct configuration_key;

/*
 * Sets a key to a single value or to a list, after the checks of its type. Each returns 0 or a
 * negative errno with a sentence without file or key; CONFIGURATION then has the former value.
 * In a list *WRONG is the index of the item that is wrong.
 */
int configuration_set_scalar(struct configuration *configuration,
	const struct configuration_key *key, const char *text, struct lvmpolld_error *error);
int configuration_set_list(struct configuration *configuration, const struct configuration_key *key,
	size_t count, const char *const *items, size_t *wrong, struct lvmpolld_error *error);

#endif
