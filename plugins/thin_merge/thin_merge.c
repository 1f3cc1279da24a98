/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for thin snapshot merge: a thin volume takes the place of its origin. */
#include <lvmpolld/plugin.h>

/* Nothing is copied: the activation has swapped the volumes, and lvm2 only clears up after it. */
static enum lvmpolld_verdict thin_merge_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	(void)request;
	(void)targets;
	(void)count;
	(void)progress;
	return LVMPOLLD_STEP;
}

static const struct lvmpolld_plugin thin_merge_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "thin_merge",
	.operation = "merge_thin",
	.description = "Merges a thin snapshot into its origin",
	.progress_label = "Merged",
	.read_targets = thin_merge_read_targets,
};

LVMPOLLD_PLUGIN_EXPORT(thin_merge, thin_merge_plugin);
