/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An operation that root starts for a volume, the kernel does all of, and lvm2's own goes before.
 */
#include "config.h"

#include <string.h>

#include "lifecycle/operations_begin.h"
#include "loader/plugins.h"
#include "operation/terms.h"
#include "world.h"

/* Nobody need see to the volume's own: it is over when that is, or when all is well for days. */
static enum lvmpolld_verdict read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct volume *volume = volume_find(request->lvid);

	(void)targets;
	(void)progress;
	if (!volume || count == 0 || volume->unknown > 0)
		return LVMPOLLD_POLL;
	return world.is_healed || volume_is_over(volume) ? LVMPOLLD_DONE : LVMPOLLD_WATCH_TIMED;
}

static enum lvmpolld_standing read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *row)
{
	struct volume *volume = volume_find(request->lvid);

	if (!row)
		return LVMPOLLD_STANDING_FAILED;
	return volume && volume_is_over(volume) ? LVMPOLLD_STANDING_OVER
						: LVMPOLLD_STANDING_GOES_ON;
}

static const struct lvmpolld_plugin bystander = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "bystander",
	.operation = "bystander",
	.description = "Waits for the end of what another plugin does",
	.read_targets = read_targets,
	.read_report = read_report,
	.kernel_only = true,
	.startable = true,
};

struct plugin_entry bystander_entry = {
	.name = (char *)"bystander",
	.interface = &bystander,
	.monitor = PLUGIN_MONITOR_KERNEL,
	.stall_check_s = 900,
};

void bystander_begin(struct volume *volume)
{
	const struct lvmpolld_request asked = {
		.struct_size = sizeof(asked),
		.vg_name = volume->group->name,
		.lv_name = volume->lv_name,
		.lvid = volume->lvid,
		.interval = TERMS_INTERVAL_UNASKED,
	};
	enum operations_answer answer;

	if (!world.is_alive || world.is_stopping || world.lacks_plugins || !volume->is_there ||
		plugin_entries[volume->kind].interface->kernel_only)
		return;
	answer = operations_begin(&operations, terms_new(&asked, &bystander_entry), NULL);
	story("root starts a bystander of %s: %s", volume->lv_name,
		answer == OPERATIONS_ACCEPTED ? "OK" : "no");
}
