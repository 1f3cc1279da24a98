/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of what is done with volumes: volumes of a made-up operation. */
#ifndef TESTS_UNIT_VOLUME_FIXTURE_H
#define TESTS_UNIT_VOLUME_FIXTURE_H

#include <check.h>
#include <stdio.h>

#include "loader/plugins.h"
#include "operation/volume.h"

/* As for a pvmove: while the device is there the operation is not over. */
static inline enum lvmpolld_outcome fixture_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)request;
	(void)progress;
	return ended->presence == LVMPOLLD_PRESENT ? LVMPOLLD_CONTINUES : LVMPOLLD_FINISHED;
}

static const struct lvmpolld_plugin fixture_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "fixture",
	.operation = "fixture",
	.description = "Does nothing",
	.supports_abort = true,
	.read_exit = fixture_read_exit,
};

static const struct plugin_entry fixture_entry = {
	.name = (char *)"fixture",
	.interface = &fixture_plugin,
};

/* A request for volume NUMBER of volume group GROUP; both are in its lvid. */
static inline struct volume_request *fixture_request(
	unsigned group, unsigned number, const char *system_dir)
{
	char lvid[64 + 1], vg_name[16], lv_name[16];
	const struct lvmpolld_request parameters = {
		.struct_size = sizeof(parameters),
		.vg_name = vg_name,
		.lv_name = lv_name,
		.lvid = lvid,
		.interval = "+15",
		.system_dir = system_dir,
	};
	struct volume_request *request;

	snprintf(lvid, sizeof(lvid), "%032u%032u", group, number);
	snprintf(vg_name, sizeof(vg_name), "vg%u", group);
	snprintf(lv_name, sizeof(lv_name), "lv%u", number);
	request = volume_request_new(&parameters, &fixture_entry);
	ck_assert_ptr_nonnull(request);
	return request;
}

static inline struct volume *fixture_volume(unsigned group, unsigned number)
{
	struct volume *volume = volume_new(fixture_request(group, number, NULL));

	ck_assert_ptr_nonnull(volume);
	return volume;
}

#endif
