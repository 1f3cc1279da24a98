/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status that a plugin's claims gets of a device: its own, and that of volumes below it. */
#ifndef CORE_MONITOR_SURVEY_STATUS_H
#define CORE_MONITOR_SURVEY_STATUS_H

#include <lvmpolld/plugin.h>

#include "monitor/survey.h"

/* Its strings are those of the survey. */
struct survey_status {
	const struct lvmpolld_target *targets; /* NULL: it could not be read */
	size_t count;
	struct lvmpolld_target *memory; /* freed by survey_status_free */
};

/*
 * What SURVEY tells of DEVICE, one of it, for a plugin whose below is BELOW; or NULL. The kernel is
 * not asked again. Where a volume below could not be read, or memory is out, there is no status.
 */
struct survey_status survey_status_make(
	const struct survey *survey, const struct survey_device *device, const char *const *below);
void survey_status_free(struct survey_status *status);

#endif
