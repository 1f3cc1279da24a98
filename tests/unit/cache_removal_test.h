/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the plugins share that take a cache off its volume. */
#ifndef TESTS_UNIT_CACHE_REMOVAL_TEST_H
#define TESTS_UNIT_CACHE_REMOVAL_TEST_H

#include <errno.h>

#include <common/cache_removal.h>

#include "built_line.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

static const struct lvmpolld_request cached = {.struct_size = sizeof(cached),
	.vg_name = "vg",
	.lv_name = "data",
	.lvid = "lvid",
	.interval = "15"};

/* What lvm2 2.03.16 and 2.03.31 say of the volume. */
static const struct report_case cache_removal_reports[] = {
	{REPORT_ROWS("LVM2_LV_ATTR='Cwi-aoC---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='Cwi---C---'"), LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----'"), LVMPOLLD_STANDING_CANNOT_TELL},
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_FAILED},
};

/* A volume that has no cache is aborted: of an origin that cannot be told. */
static inline void cache_removal_check_abort_of_off(const struct lvmpolld_plugin *plugin)
{
	static const struct report_case off[] = {
		{REPORT_ROWS("LVM2_LV_ATTR='-wi-a-----'"), LVMPOLLD_STANDING_FAILED},
		{REPORT_ROWS("LVM2_LV_ATTR='rwi-a-r---'"), LVMPOLLD_STANDING_FAILED},
		{REPORT_ROWS("LVM2_LV_ATTR='owi-a-----'"), LVMPOLLD_STANDING_CANNOT_TELL},
	};
	struct lvmpolld_request request = cached;

	request.abort = true;
	for (size_t i = 0; i < SUITE_COUNT(off); i++)
		report_case_check(plugin, &request, &off[i]);
	report_case_check(plugin, &request, &cache_removal_reports[0]);
}

/* An operation, with what is kept of it. */
static struct lvmpolld_request begun;

static inline void cache_removal_begin(const struct lvmpolld_plugin *plugin)
{
	begun = cached;
	begun.handle = plugin->open(&cached);
	ck_assert_ptr_nonnull(begun.handle);
}

static inline void cache_removal_close(const struct lvmpolld_plugin *plugin)
{
	plugin->close(begun.handle);
	begun = cached;
}

/* Neither the table of a volume without a cache, nor LINES of a cache that is clean. */
static inline void cache_removal_check_other_layer(
	const struct lvmpolld_plugin *plugin, const char *lines)
{
	struct lvmpolld_request request = cached;

	request.other_layer = true;
	ck_assert_int_eq(
		target_lines_read(plugin, &request, "0 131072 linear \n").verdict, LVMPOLLD_POLL);
	ck_assert_int_eq(target_lines_read(plugin, &request, lines).verdict, LVMPOLLD_POLL);
}

/* The command of PHASE, or of an abort, has ended. */
static inline void cache_removal_end(
	const struct lvmpolld_plugin *plugin, unsigned phase, int status, bool is_abort)
{
	const struct lvmpolld_exit ended = {.struct_size = sizeof(ended), .status = status};
	struct lvmpolld_request request = begun;

	request.phase = phase;
	request.abort = is_abort;
	ck_assert_int_eq(plugin->read_exit(&request, &ended, &no_progress), LVMPOLLD_FINISHED);
}

/* What is run in a phase; NULL: nothing, since the option is wrong. */
struct cache_removal_step {
	const char *options;
	unsigned phase;
	const char *devices_file;
	const char *command;
};

static inline void cache_removal_check_step(
	const struct lvmpolld_plugin *plugin, const struct cache_removal_step *step)
{
	struct lvmpolld_request request = cached;
	char line[BUILT_LINE_SIZE];

	request.phase = step->phase;
	request.devices_file = step->devices_file;
	ck_assert_int_eq(
		build_line(plugin, &request, step->options, line), step->command ? 0 : -EINVAL);
	ck_assert_str_eq(line,
		step->command ? step->command : "the option how must be uncache or splitcache");
}

#endif
