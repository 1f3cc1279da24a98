/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line, and the environment variables that have the same effect. */
#ifndef CORE_CONFIGURATION_OPTIONS_H
#define CORE_CONFIGURATION_OPTIONS_H

#include <stdbool.h>

#include "util/error.h"

struct configuration;

enum options_action {
	OPTIONS_SERVE,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_DUMP,
	OPTIONS_CHECK_CONFIGURATION,
	OPTIONS_LIST_PLUGINS
};

/* What the command line says. NULL and false: it does not say. Strings are argv's. */
struct options {
	enum options_action action;
	bool foreground;
	const char *configuration_file;
	const char *log_list;
	const char *pidfile_path;
	const char *socket_path;
	const char *lvm_binary;
	const char *plugin_directory;
	bool has_idle_timeout;
	unsigned idle_timeout_s;
};

/* Reads ARGV. Returns 0 or -EINVAL with a sentence that names the option. */
int options_parse(
	struct options *options, int argc, char *const *argv, struct lvmpolld_error *error);

/*
 * The configuration with OPTIONS on top: the defaults, the files, the environment, the command
 * line. NULL with an error where any of them is wrong.
 */
struct configuration *options_configuration(
	const struct options *options, struct lvmpolld_error *error);

/* The text of --help and of --version. */
void options_print_help(void);
void options_print_version(void);

#endif
