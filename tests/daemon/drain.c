/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin for test_start_options.py: its lvm command has the options of the start. */
#include <lvmpolld/plugin.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int drain_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	struct lvmpolld_value mode = {.struct_size = sizeof(mode)}, region = mode, disk = mode;
	char argument[300];
	int result = lvmpolld_arguments_add_standard(arguments, request, "drain");

	/* It is not there where nobody has started the operation. */
	if (!lvmpolld_request_option(request, "disk", &disk))
		disk.string = "any";
	if (!lvmpolld_request_option(request, "mode", &mode) ||
		!lvmpolld_request_option(request, "region", &region) ||
		lvmpolld_request_option(request, "nix", &mode))
		return lvmpolld_error_set(error, EINVAL, "options are lacking");
	snprintf(argument, sizeof(argument), "%s,%" PRIu64 ",%s", mode.string, region.number,
		disk.string);
	if (result == 0)
		result = lvmpolld_arguments_add(arguments, argument);
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

static int drain_check_start(const struct lvmpolld_request *request, struct lvmpolld_error *error)
{
	struct lvmpolld_value mode = {.struct_size = sizeof(mode)};

	if (!lvmpolld_request_option(request, "mode", &mode) || strcmp(mode.string, "never") != 0)
		return 0;
	return lvmpolld_error_set(
		error, ERANGE, "the option mode is \"never\", and must be slow or fast");
}

static const struct lvmpolld_key drain_options[] = {
	{"mode", LVMPOLLD_STRING, "slow", "How hard it tries."},
	{"region", LVMPOLLD_SIZE, "1KiB", "How much is drained at once."},
	{"disk", LVMPOLLD_STRING, NULL, "The disk that is drained."},
	{NULL, LVMPOLLD_STRING, NULL, NULL},
};

static const struct lvmpolld_plugin drain_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "drain",
	.operation = "drain",
	.description = "Drains a disk",
	.build_arguments = drain_build_arguments,
	.progress_label = "Moved",
	.startable = true,
	.options = drain_options,
	.check_start = drain_check_start,
};

LVMPOLLD_PLUGIN_EXPORT(drain, drain_plugin);
