/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for thin snapshot merge: a thin volume takes the place of its origin. */
#include "config.h"

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

/*
 * lv_merging is empty for the origin of a thin merge. Only the first letter of lv_attr tells: "O"
 * while it merges, "V" when it is an ordinary thin volume again.
 */
static enum lvmpolld_standing thin_merge_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *attributes;

	(void)request;
	/* The origin should stay, with its UUID: somebody has removed it. */
	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	attributes = lvmpolld_row_field(volume, "lv_attr");
	switch (attributes ? *attributes : '\0') {
	case 'O':
		return LVMPOLLD_STANDING_GOES_ON;
	case 'V':
	case 'o':
		return LVMPOLLD_STANDING_OVER;
	default:
		return LVMPOLLD_STANDING_CANNOT_TELL;
	}
}

static const struct lvmpolld_plugin thin_merge_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "thin_merge",
	.operation = "merge_thin",
	.description = "Merges a thin snapshot into its origin",
	.progress_label = "Merged",
	.read_targets = thin_merge_read_targets,
	.read_report = thin_merge_read_report,
	.version = PACKAGE_VERSION,
};

LVMPOLLD_PLUGIN_EXPORT(thin_merge, thin_merge_plugin);
