/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The argument list of a command beside lvpoll, for the volume of a request. */
#ifndef PLUGINS_COMMON_VOLUME_COMMAND_H
#define PLUGINS_COMMON_VOLUME_COMMAND_H

#include <stdio.h>

#include <lvmpolld/plugin.h>

/*
 * Builds "COMMAND OPTIONS VG/LV", OPTIONS being words ended by NULL, and with the devices file of
 * REQUEST, if it has one. Returns 0, or what lvmpolld_error_set returned.
 */
static inline int volume_command_build(const struct lvmpolld_request *request, const char *command,
	const char *const *options, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	char volume[300];
	const char *const last[] = {
		volume, request->devices_file ? "--devicesfile" : NULL, request->devices_file};
	int result = lvmpolld_arguments_add(arguments, command);

	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	for (; result == 0 && *options; options++)
		result = lvmpolld_arguments_add(arguments, *options);
	for (size_t i = 0; result == 0 && i < sizeof(last) / sizeof(last[0]) && last[i]; i++)
		result = lvmpolld_arguments_add(arguments, last[i]);
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

#endif
