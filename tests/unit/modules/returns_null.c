/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: its function returns no plugin. */
#include <lvmpolld/plugin.h>

__attribute__((visibility("default"))) const struct lvmpolld_plugin *
returns_null_LTX_lvmpolld_plugin(void);

const struct lvmpolld_plugin *returns_null_LTX_lvmpolld_plugin(void)
{
	return NULL;
}
