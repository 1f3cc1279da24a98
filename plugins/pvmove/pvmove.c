/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin for pvmove: data moves from one physical volume to others. */
#include "config.h"

#include <common/mirror_targets.h>

#include <string.h>

static void tell_lack(enum mirror_lack lack)
{
	/*
	 * All data is still at its old place, and the kernel reads it there. The next step would
	 * release that place, and with it the only copy of what could not be copied.
	 */
	if (lack == MIRROR_LACKS_AT_OTHERS)
		lvmpolld_log(LVMPOLLD_LOG_ERROR,
			"some data could not be copied, and the kernel will take it for "
			"copied; \"pvmove --abort\" ends the move, and this data stays where it "
			"was");
	else
		lvmpolld_log(LVMPOLLD_LOG_ERROR,
			"the disk that is moved from fails: some data could not be copied "
			"from it, or what was written since is on the other disk alone; neither "
			"the end of the move nor \"pvmove --abort\" may keep everything, so look "
			"at the kernel's log first");
}

/*
 * lvm2 hangs the segments to be moved under a hidden volume (pvmove0, the one that is polled), and
 * mirrors one of them after the other to its new place; with --atomic all of them at once, in one
 * mirror over two hidden volumes. Each mirror in sync is a step.
 */
static enum lvmpolld_verdict pvmove_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	enum lvmpolld_verdict verdict;
	enum mirror_lack lack;

	/*
	 * An abort is one change of the metadata, which the first lvpoll makes whatever the mirror
	 * does.
	 */
	if (request->abort)
		return LVMPOLLD_STEP;
	verdict = mirror_targets_read(targets, count, progress, &lack);
	/*
	 * A leg that cannot be read changes nothing for lvm2, which waits for the mirror. An lvpoll
	 * that runs meanwhile might step on before a failure at the end of the copy is seen.
	 */
	if (lack == MIRROR_LACKS_NOTHING && verdict == LVMPOLLD_STEP && progress->step_sectors > 0)
		return LVMPOLLD_WATCH;
	/* An lvpoll that polls by itself would lose data, too, whatever else the table has. */
	if (lack == MIRROR_LACKS_NOTHING)
		return verdict;

	tell_lack(lack);
	return LVMPOLLD_DATA_LOSS;
}

/*
 * The hidden volume exists as long as the move. An lvpoll that ends well while it exists has not
 * found it, as when its group was renamed.
 */
static enum lvmpolld_outcome pvmove_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)request;
	(void)progress;
	if (ended->status == 0 && ended->presence == LVMPOLLD_PRESENT)
		return LVMPOLLD_CONTINUES;
	return lvmpolld_exit_read_standard(ended);
}

/*
 * The change of the metadata that finishes or aborts the move removes the hidden volume: without it
 * there is no move.
 */
static enum lvmpolld_standing pvmove_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	return volume ? LVMPOLLD_STANDING_GOES_ON : LVMPOLLD_STANDING_OVER;
}

/*
 * A step lets go of the old place of the data. What could not be copied is nowhere else, and what
 * dm-mirror calls in sync may lack it.
 */
static bool pvmove_read_copies(const struct lvmpolld_request *request,
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies)
{
	(void)request;
	return mirror_targets_read_copies(table, count, copies);
}

/*
 * What dm-mirror and the block layer write where a copy fails; and what the kernel notes where its
 * limit has left lines out. They are no promise: log_kernels has the kernels on which copies were
 * let fail, and these lines were there.
 */
static const char *const pvmove_log_failures[] = {
	"device-mapper: raid1: ",
	" error, dev ",
	"Buffer I/O error on dev ",
	" callbacks suppressed",
	" messages suppressed",
	NULL,
};
static const char *const pvmove_log_kernels[] = {"6.1.*", "6.12.*", NULL};

static void pvmove_read_disks(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks)
{
	(void)request;
	mirror_targets_read_disks(targets, count, disks);
}

/*
 * lvm2 lets nobody call a volume "pvmove" and a number. The volume is there as long as the move. A
 * cluster's mirror may be another machine's.
 */
static bool pvmove_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	bool is_whole = device->layer[0] == '\0' || strcmp(device->layer, "real") == 0;

	return is_whole && mirror_targets_is_numbered(device->lv_name, "pvmove") &&
	       mirror_targets_are_local(table, count);
}

static const struct lvmpolld_plugin pvmove_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "pvmove",
	.operation = "pvmove",
	.description = "Moves data from one physical volume to others",
	.supports_abort = true,
	/* Since lvm2 2.03.36. Before, the volume has only its own device. */
	.layer = "real",
	.progress_label = "Moved",
	.read_targets = pvmove_read_targets,
	.read_exit = pvmove_read_exit,
	.read_report = pvmove_read_report,
	.read_copies = pvmove_read_copies,
	.log_failures = pvmove_log_failures,
	.log_kernels = pvmove_log_kernels,
	.read_disks = pvmove_read_disks,
	.version = PACKAGE_VERSION,
	.claims = pvmove_claims,
};

LVMPOLLD_PLUGIN_EXPORT(pvmove, pvmove_plugin);
