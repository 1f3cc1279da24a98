/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for mirror up-conversion: a volume gets one more copy of its data. */
#include <common/mirror_targets.h>

/*
 * The polled volume is the mirror itself. With a log on disk, a third copy is made by a mirror
 * that lvm2 lays over the old one until both are in sync; it is again the polled volume that
 * shows the copying, and lvm2 takes the layer away in the step. The volume stays a mirror in sync
 * afterwards, so that one that was polled too late gets its step at once. Where the volume has
 * snapshots, all this is one layer below it.
 */
static enum lvmpolld_verdict convert_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	/* lvm2 handles errors of these mirrors itself. */
	bool lacks_data;

	(void)request;
	return mirror_targets_read(targets, count, progress, &lacks_data);
}

static const struct lvmpolld_plugin convert_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "convert",
	.operation = "convert",
	.description = "Copies data to the new legs of a mirror",
	.progress_label = "Converted",
	.read_targets = convert_read_targets,
	.layer = "real",
};

LVMPOLLD_PLUGIN_EXPORT(convert, convert_plugin);
