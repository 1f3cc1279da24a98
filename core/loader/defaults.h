/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The standard ways to do what a plugin has no callback for; a plugin may use them in its own, too
 * (api.c).
 */
#ifndef CORE_LOADER_DEFAULTS_H
#define CORE_LOADER_DEFAULTS_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

/* See lvmpolld_arguments_add_standard. */
int plugin_defaults_add_arguments(struct lvmpolld_arguments *arguments,
	const struct lvmpolld_request *request, const char *operation_name);

/* See lvmpolld_progress_read_line. */
bool plugin_defaults_read_line(
	const char *line, const char *label, struct lvmpolld_progress *progress);

/* See lvmpolld_exit_read_standard. */
enum lvmpolld_outcome plugin_defaults_read_exit(const struct lvmpolld_exit *ended);

#endif
