/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for mirror up-conversion: a volume gets one more copy of its data. */
#include "config.h"

#include <common/mirror_targets.h>

#include <string.h>

/* The seventh letter of lv_attr is the type of the volume's target, also under snapshots. */
#define ATTRIBUTE_TARGET 6
#define ATTRIBUTES_MIN   (ATTRIBUTE_TARGET + 1)

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
	enum mirror_lack lack;

	(void)request;
	return mirror_targets_read(targets, count, progress, &lack);
}

static bool is(const char *value, const char *expected)
{
	return value && !strcmp(value, expected);
}

/*
 * An ordinary mirror for lvm2. The conversion is not over while its legs are made equal, or if they
 * cannot be, since the volume is not active.
 */
static enum lvmpolld_standing read_mirror(const struct lvmpolld_row *volume)
{
	const char *percent = lvmpolld_row_field(volume, "copy_percent");

	if (is(percent, "100.00"))
		return LVMPOLLD_STANDING_OVER;
	if (percent && *percent != '\0')
		return LVMPOLLD_STANDING_GOES_ON;
	return is(lvmpolld_row_field(volume, "lv_active"), "") ? LVMPOLLD_STANDING_GOES_ON
							       : LVMPOLLD_STANDING_CANNOT_TELL;
}

/*
 * lvm2 says "converting" only as long as a mirror lies over the old one; all other volumes are
 * mirrors in the metadata from the beginning.
 */
static enum lvmpolld_standing convert_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	const char *converting, *attributes;

	(void)request;
	/* The volume should stay: somebody has removed it. */
	if (!volume)
		return LVMPOLLD_STANDING_FAILED;
	converting = lvmpolld_row_field(volume, "lv_converting");
	attributes = lvmpolld_row_field(volume, "lv_attr");
	if (!converting || !attributes || strlen(attributes) < ATTRIBUTES_MIN)
		return LVMPOLLD_STANDING_CANNOT_TELL;
	if (*converting != '\0')
		return is(converting, "converting") ? LVMPOLLD_STANDING_GOES_ON
						    : LVMPOLLD_STANDING_CANNOT_TELL;
	switch (attributes[ATTRIBUTE_TARGET]) {
	case 'm':
		return read_mirror(volume);
	case '-': /* plain, */
	case 's': /* plain with snapshots, */
	case 'r': /* raid: somebody has made something else of it */
		return LVMPOLLD_STANDING_OVER;
	default:
		return LVMPOLLD_STANDING_CANNOT_TELL;
	}
}

static void convert_read_disks(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks)
{
	(void)request;
	mirror_targets_read_disks(targets, count, disks);
}

/*
 * A mirror over the old one, "lv_mimagetmp_2", is laid by a conversion alone: lvm2 keeps such names
 * for itself. Any other mirror that copies may be resynchronised, or new, and needs nobody: the
 * conversion of a plain volume cannot be told from that.
 */
static bool convert_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	size_t length = strlen(device->lv_name);

	if ((device->layer[0] != '\0' && strcmp(device->layer, "real") != 0) ||
		!mirror_targets_are_local(table, count))
		return false;
	for (const char *const *below = device->below; *below; below++)
		if (strncmp(*below, device->lv_name, length) == 0 &&
			mirror_targets_is_numbered(*below + length, "_mimagetmp_"))
			return true;
	return false;
}

static const struct lvmpolld_plugin convert_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "convert",
	.operation = "convert",
	.description = "Copies data to the new legs of a mirror",
	.progress_label = "Converted",
	.read_targets = convert_read_targets,
	.layer = "real",
	.read_report = convert_read_report,
	.read_disks = convert_read_disks,
	.version = PACKAGE_VERSION,
	.claims = convert_claims,
};

LVMPOLLD_PLUGIN_EXPORT(convert, convert_plugin);
