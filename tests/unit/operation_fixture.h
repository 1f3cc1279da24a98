/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Terms, requests and operations of a made-up kind, for tests of core/operation and core/lifecycle.
 */
#ifndef TESTS_UNIT_OPERATION_FIXTURE_H
#define TESTS_UNIT_OPERATION_FIXTURE_H

#include <check.h>
#include <stdio.h>

#include "loader/plugins.h"
#include "operation/operation.h"

/* As for a pvmove: while the device is there the operation is not over. */
static inline enum lvmpolld_outcome fixture_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)request;
	(void)progress;
	return ended->presence == LVMPOLLD_PRESENT ? LVMPOLLD_CONTINUES : LVMPOLLD_FINISHED;
}

/* What lvm2's row of a volume means; a volume that is not there is over. */
static enum lvmpolld_standing fixture_standing = LVMPOLLD_STANDING_GOES_ON;

static inline enum lvmpolld_standing fixture_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	return volume ? fixture_standing : LVMPOLLD_STANDING_OVER;
}

/* "at 50": so far it has come. */
static inline bool fixture_read_line(const char *line, struct lvmpolld_progress *progress)
{
	return sscanf(line, "at %lf", &progress->percent) == 1;
}

/* Of a plugin whose copies can be compared: nobody asks it where they are. */
static inline bool fixture_read_copies(const struct lvmpolld_request *request,
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies)
{
	(void)request;
	(void)table;
	(void)count;
	(void)copies;
	return true;
}

static const struct lvmpolld_plugin fixture_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "fixture",
	.operation = "fixture",
	.description = "Does nothing",
	.supports_abort = true,
	.read_line = fixture_read_line,
	.read_exit = fixture_read_exit,
	.read_report = fixture_read_report,
};

static const struct plugin_entry fixture_entry = {
	.name = (char *)"fixture",
	.interface = &fixture_plugin,
	.monitor = PLUGIN_MONITOR_KERNEL,
};

/* Terms of PLUGIN for volume NUMBER of volume group GROUP; both are in its lvid. */
static inline struct terms *fixture_terms_of(const struct plugin_entry *plugin, unsigned group,
	unsigned number, bool is_abort, const char *interval, const char *system_dir)
{
	char lvid[64 + 1], vg_name[16], lv_name[16];
	const struct lvmpolld_request asked = {
		.struct_size = sizeof(asked),
		.vg_name = vg_name,
		.lv_name = lv_name,
		.lvid = lvid,
		.interval = interval,
		.system_dir = system_dir,
		.abort = is_abort,
	};
	struct terms *terms;

	snprintf(lvid, sizeof(lvid), "%032u%032u", group, number);
	snprintf(vg_name, sizeof(vg_name), "vg%u", group);
	snprintf(lv_name, sizeof(lv_name), "lv%u", number);
	terms = terms_new(&asked, plugin);
	ck_assert_ptr_nonnull(terms);
	return terms;
}

static inline struct terms *fixture_terms(unsigned group, unsigned number)
{
	return fixture_terms_of(&fixture_entry, group, number, false, "15", NULL);
}

static inline struct request *fixture_request(unsigned group, unsigned number)
{
	struct request *request = request_new(fixture_terms(group, number));

	ck_assert_ptr_nonnull(request);
	return request;
}

#endif
