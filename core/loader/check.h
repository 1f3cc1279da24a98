/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what a module exports is a plugin that this daemon can use. */
#ifndef CORE_LOADER_CHECK_H
#define CORE_LOADER_CHECK_H

#include <lvmpolld/plugin.h>

#include "util/error.h"

/* A struct with a longer name or more keys than these is taken for damaged. */
#define PLUGIN_NAME_MAX      64
#define PLUGIN_KEYS_MAX      64
#define PLUGIN_COMMANDS_MAX  16
#define PLUGIN_QUESTIONS_MAX 16

/* As many patterns of volumes below, and what each has room for, with the byte behind it. */
#define PLUGIN_BELOW_MAX  8
#define PLUGIN_BELOW_SIZE 32

/*
 * Copies FOREIGN into COPY: fields that an older plugin does not have become NULL, fields that only
 * a newer one has are left out. Returns 0, or -ENOEXEC where size or interface version do not fit.
 */
int plugin_check_and_copy(struct lvmpolld_plugin *copy, const struct lvmpolld_plugin *foreign,
	struct lvmpolld_error *error);

/*
 * Checks name (which must be MODULE_NAME), operation, description, version, keys, commands and
 * options.
 * Returns 0 or -EINVAL. The caller checks that no other plugin has the same name, operation or
 * keys.
 */
int plugin_check_fields(const struct lvmpolld_plugin *plugin, const char *module_name,
	struct lvmpolld_error *error);

#endif
