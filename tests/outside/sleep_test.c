/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin built outside the tree: an operation that lvm2 does not know, which only sleeps. */
#include <lvmpolld/plugin.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static uint64_t naps;

static int sleep_test_configure(
	const char *key, const struct lvmpolld_value *value, struct lvmpolld_error *error)
{
	if (value->number == 0)
		return lvmpolld_error_set(error, EINVAL, "%s must be 1 or more", key);
	naps = value->number;
	lvmpolld_log(LVMPOLLD_LOG_INFO, "sleep_test: %" PRIu64 " naps", naps);
	return 0;
}

static int sleep_test_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	char count[24];

	snprintf(count, sizeof(count), "%" PRIu64, naps);
	if (lvmpolld_arguments_add_standard(arguments, request, "sleep_test") < 0 ||
		lvmpolld_arguments_add(arguments, "--naps") < 0 ||
		lvmpolld_arguments_add(arguments, count) < 0)
		return lvmpolld_error_set(error, ENOMEM, "out of memory");
	return 0;
}

static bool sleep_test_read_line(const char *line, struct lvmpolld_progress *progress)
{
	unsigned nap, of;

	if (sscanf(line, "nap %u of %u", &nap, &of) != 2 || nap > of || of == 0)
		return false;
	progress->percent = 100.0 * nap / of;
	return true;
}

static const struct lvmpolld_key sleep_test_keys[] = {
	{"naps", LVMPOLLD_COUNT, "3", "How often to sleep."}, {.name = NULL}};

static const struct lvmpolld_plugin sleep_test_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "sleep_test",
	.operation = "sleep_test",
	.description = "Sleeps several times",
	.keys = sleep_test_keys,
	.configure = sleep_test_configure,
	.build_arguments = sleep_test_build_arguments,
	.read_line = sleep_test_read_line,
};

LVMPOLLD_PLUGIN_EXPORT(sleep_test, sleep_test_plugin);
