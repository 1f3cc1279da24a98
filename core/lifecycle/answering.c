/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a report of lvm2 comes to for an operation. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/answering.h"
#include "lifecycle/classify.h"
#include "lifecycle/classify_ends.h"
#include "lifecycle/watching.h"
#include "loader/calls.h"
#include "lvm/report.h"

static void set_reported_names(struct operation *operation, const struct report_volume *volume)
{
	free(operation->reported_vg_name);
	free(operation->reported_lv_name);
	operation->reported_vg_name = volume->vg_name ? strdup(volume->vg_name) : NULL;
	operation->reported_lv_name = volume->lv_name ? strdup(volume->lv_name) : NULL;
}

/* The kernel has no device of the volume, by the latest observation. */
static bool is_gone(struct operation *operation)
{
	bool gone;

	device_lock(operation->device);
	gone = operation->device->observation.kind == OBSERVED_GONE ||
	       (!operation->is_watchable &&
		       operation->device->observation.kind == OBSERVED_NOTHING_YET);
	device_unlock(operation->device);
	return gone;
}

/*
 * All is over, as lvm2 says: what that is by the latest look, in which the kernel's log was read,
 * too. Where there was none yet it is waited for, unless an earlier one has found the device gone.
 */
static enum operation_event check_end(struct operation *operation)
{
	const struct observation *observation = &operation->device->observation;
	bool is_looked_at;
	enum doubt doubt;

	device_lock(operation->device);
	doubt = classify_end_doubt(operation, &observation->log);
	is_looked_at = observation->kind != OBSERVED_NOTHING_YET ||
		       (operation->evidence.gone.is_read && !operation->evidence.is_unwatched);
	device_unlock(operation->device);
	/* Only a look, and the kernel's log, could prove it. */
	if (!operation_is_abort(operation) && watching_is_awaited(operation) &&
		plugin_verifies(operation->terms->plugin))
		return EVENT_REPORT_NO_ANSWER;
	if (doubt == DOUBT_FAILURE)
		return EVENT_REPORT_LET_GO;
	return doubt == DOUBT_NONE || is_looked_at ? EVENT_REPORT_OVER : EVENT_REPORT_NO_ANSWER;
}

/*
 * What EVENT, which REPORT is, comes to by the latest look. What lvm2 still has, and the kernel
 * shows after data was let go of, is given up.
 */
static enum operation_event check_report(struct operation *operation, enum operation_event event)
{
	struct device *device = operation->device;
	bool is_let_go;

	switch (event) {
	case EVENT_REPORT_OVER:
		return check_end(operation);
	case EVENT_REPORT_GOES_ON:
	case EVENT_REPORT_RENAMED:
	case EVENT_REPORT_STEP:
		device_lock(device);
		is_let_go = classify_is_let_go(operation, &device->observation);
		device_unlock(device);
		return is_let_go ? EVENT_SEES_LET_GO : event;
	default:
		return event;
	}
}

enum operation_event answering_read(struct operation *operation, const struct report *report)
{
	struct report_volume volume = {0};
	enum operation_event event = check_report(
		operation, classify_report(operation, report, is_gone(operation), &volume));

	if (event == EVENT_REPORT_RENAMED || event == EVENT_REPORT_STEP)
		set_reported_names(operation, &volume);
	return event;
}
