/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment of an lvm command. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "lvm/command.h"
#include "lvm/environment.h"
#include "process/arguments.h"

static bool has_name(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(variable, name, length) && variable[length] == '=';
}

/* Whether VARIABLE is passed on: not if it is the daemon's own, or set for the command. */
static bool is_inherited(const char *variable)
{
	static const char *const others[] = {"LVM_SYSTEM_DIR", "LC_ALL", COMMAND_LVID,
		"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (has_name(variable, others[i]))
			return false;
	return true;
}

/*
 * The daemon's own environment, with the client's LVM_SYSTEM_DIR or none, LC_ALL=C, and the lvid of
 * the volume that the command is for.
 */
int environment_build(
	const struct terms *terms, bool is_for_volume, struct lvmpolld_arguments *environment)
{
	int result = 0;

	for (char **variable = environ; *variable && result == 0; variable++)
		if (is_inherited(*variable))
			result = arguments_add(environment, *variable);
	if (result == 0)
		result = arguments_add(environment, "LC_ALL=C");
	if (result == 0 && terms->asked.system_dir)
		result = arguments_add_format(
			environment, "LVM_SYSTEM_DIR=%s", terms->asked.system_dir);
	if (result == 0 && is_for_volume)
		result = arguments_add_format(environment, COMMAND_LVID "=%s", terms->asked.lvid);
	return result;
}
