/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: it exports another symbol. */
#include <lvmpolld/plugin.h>

__attribute__((visibility("default"))) const struct lvmpolld_plugin *other_LTX_lvmpolld_plugin(
	void);

const struct lvmpolld_plugin *other_LTX_lvmpolld_plugin(void)
{
	return NULL;
}
