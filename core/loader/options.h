/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of an operation that was started: "mode=check region=4MiB". */
#ifndef CORE_LOADER_OPTIONS_H
#define CORE_LOADER_OPTIONS_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

#include "util/error.h"

/* A plugin with more of them is taken for damaged. */
#define OPTIONS_MAX 16

/* A longer value is refused. */
#define OPTION_VALUE_MAX 255

/*
 * A value for each option that the plugin declares, but for those that a start must give where
 * nobody has started the operation. They are shared, and none but their plugin changes one
 * (options_set). The name is that of the installed header.
 */
struct lvmpolld_options;

/*
 * Makes the options of PLUGIN by TEXT, with a blank between them; NULL or "" is none. What is not
 * given has its default; what has none must be given where IS_START is true, and is left out
 * elsewhere. *OPTIONS is NULL where there are none then; else it has one reference. Returns 0,
 * -EINVAL with a sentence that names what is unknown, wrong or missing, or -ENOMEM.
 */
int options_new(const struct lvmpolld_plugin *plugin, const char *text, bool is_start,
	const struct lvmpolld_options **options, struct lvmpolld_error *error);
/* Adds a reference, and releases one; OPTIONS may be NULL. */
const struct lvmpolld_options *options_hold(const struct lvmpolld_options *options);
void options_release(const struct lvmpolld_options *options);

/* All of them, as options_new takes them; NULL where OPTIONS is NULL. */
const char *options_text(const struct lvmpolld_options *options);

/*
 * Whether what TEXT gives, which is checked already, is as in OPTIONS. Otherwise the error says
 * what is not.
 */
int options_agree(
	const struct lvmpolld_options *options, const char *text, struct lvmpolld_error *error);

/* See lvmpolld_request_option. */
bool options_read(
	const struct lvmpolld_options *options, const char *name, struct lvmpolld_value *value);

/* See lvmpolld_request_set_option. */
int options_set(const struct lvmpolld_options *options, const char *name, const char *value);

/* Checks the value of an option with TYPE. Returns 0, or -EINVAL with what would be right. */
int options_check_value(const char *text, enum lvmpolld_type type, struct lvmpolld_error *error);

#endif
