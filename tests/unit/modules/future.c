/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: built when the struct had more fields than today. */
#include <lvmpolld/plugin.h>

static const struct {
	struct lvmpolld_plugin today;
	const char *tomorrow[8];
} future_plugin = {
	.today =
		{
			.struct_size = sizeof(struct lvmpolld_plugin) + 8 * sizeof(const char *),
			.interface_version = LVMPOLLD_PLUGIN_INTERFACE,
			.name = "future",
			.operation = "future_operation",
			.description = "Comes from the future",
			.progress_label = "Dreamt",
		},
	.tomorrow = {"unknown"},
};

__attribute__((visibility("default"))) const struct lvmpolld_plugin *future_LTX_lvmpolld_plugin(
	void);

const struct lvmpolld_plugin *future_LTX_lvmpolld_plugin(void)
{
	return &future_plugin.today;
}
