/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The argument list of a command beside lvpoll, for the volume of a request. */
#ifndef PLUGINS_COMMON_VOLUME_COMMAND_H
#define PLUGINS_COMMON_VOLUME_COMMAND_H

#include <stdio.h>

#include <lvmpolld/plugin.h>

/*
 * Builds "COMMAND OPTION VALUE VG/LV", without VALUE where it is NULL, and with the devices file of
 * REQUEST, if it has one. Returns 0, or what lvmpolld_error_set returned.
 */
static inline int volume_command_build(const struct lvmpolld_request *request, const char *command,
	const char *option, const char *value, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	char volume[300];
	const char *const words[] = {command, option, value, volume,
		request->devices_file ? "--devicesfile" : NULL, request->devices_file};
	int result = 0;

	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	for (size_t i = 0; result == 0 && i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i])
			result = lvmpolld_arguments_add(arguments, words[i]);
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

#endif
