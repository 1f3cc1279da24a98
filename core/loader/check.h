/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what a module exports is a plugin that this daemon can use. */
#ifndef CORE_PLUGIN_CHECK_H
#define CORE_PLUGIN_CHECK_H

#include <lvmpolld/plugin.h>

#include "util/error.h"

/* Longer names and more keys than these are taken for a struct that is not what it claims. */
#define PLUGIN_NAME_MAX 64
#define PLUGIN_KEYS_MAX 64

/*
 * Copies FOREIGN into COPY: what an older plugin does not have becomes NULL, what a newer one has
 * beyond us is left out. Returns 0, or -ENOEXEC where its size or interface version do not fit.
 */
int plugin_check_and_copy(struct lvmpolld_plugin *copy, const struct lvmpolld_plugin *foreign,
	struct lvmpolld_error *error);

/*
 * Checks name (which must be MODULE_NAME), operation, description and keys. Returns 0 or -EINVAL.
 * Whether name, operation or keys collide with somebody else's is not looked at here.
 */
int plugin_check_fields(const struct lvmpolld_plugin *plugin, const char *module_name,
	struct lvmpolld_error *error);

#endif
