/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin for test_unattended.py, called NAME: it claims the volume "left". While there is a file
 * that its name in the environment tells, it ends the daemon instead, as a crash does.
 */
#include <lvmpolld/plugin.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT(word)        #word
#define NAME_TEXT(name)   TEXT(name)
#define EXPORT(name, own) LVMPOLLD_PLUGIN_EXPORT(name, own)

static bool is_left(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	const char *fatal = getenv(NAME_TEXT(NAME));

	(void)table;
	(void)count;
	if (fatal && access(fatal, F_OK) == 0)
		raise(SIGKILL);
	return strcmp(device->lv_name, "left") == 0;
}

static const struct lvmpolld_plugin own_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = NAME_TEXT(NAME),
	.operation = NAME_TEXT(NAME),
	.description = "Claims a volume",
	.claims = is_left,
};

EXPORT(NAME, own_plugin);
