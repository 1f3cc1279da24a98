/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module for the tests of the loader: a good one, with every callback and keys of each type. */
#include <lvmpolld/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What configure was told, for the test to look at; it lives in the test program. */
extern __attribute__((visibility("default"))) char good_told[512];

static int good_configure(
	const char *key, const struct lvmpolld_value *value, struct lvmpolld_error *error)
{
	size_t length = strlen(good_told);

	if (strcmp(value->string, "refuse me") == 0)
		return lvmpolld_error_set(
			error, EINVAL, "\"%s\" is not wanted here", value->string);
	snprintf(good_told + length, sizeof(good_told) - length, "%s=%s;", key, value->string);
	return 0;
}

static void good_unload(void)
{
	strcat(good_told, "unload;");
}

static int good_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	if (strcmp(request->lv_name, "silent") == 0)
		return -1;
	if (strcmp(request->lv_name, "empty") == 0)
		return 0;
	if (strcmp(request->lv_name, "broken") == 0)
		return lvmpolld_error_set(error, ENOENT, "no %s", request->lv_name);
	return lvmpolld_arguments_add(arguments, request->lv_name);
}

static bool good_read_line(const char *line, struct lvmpolld_progress *progress)
{
	return sscanf(line, "%lf", &progress->percent) == 1;
}

static enum lvmpolld_verdict good_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	int verdict = 0;

	(void)request;
	if (count > 0)
		sscanf(lvmpolld_target_at(targets, count - 1)->parameters, "%d %lf", &verdict,
			&progress->percent);
	return (enum lvmpolld_verdict)verdict;
}

static void good_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	const char *words = lvmpolld_target_at(targets, count - 1)->parameters;
	unsigned long long number;
	char name[64];
	int length;

	(void)request;
	while (sscanf(words, "%63s %llu%n", name, &number, &length) == 2) {
		lvmpolld_findings_add(findings, name, number);
		words += length;
	}
}

static enum lvmpolld_outcome good_read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)request;
	(void)progress;
	return (enum lvmpolld_outcome)ended->status;
}

static enum lvmpolld_standing good_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	return (enum lvmpolld_standing)(volume ? *lvmpolld_row_field(volume, "lv_attr") - '0' : 2);
}

static const struct lvmpolld_key good_keys[] = {
	{"word", LVMPOLLD_STRING, "", "A word."},
	{"flag", LVMPOLLD_BOOLEAN, "false", "A flag."},
	{"count", LVMPOLLD_COUNT, "7", "A count."},
	{"pause", LVMPOLLD_SECONDS, "5", "A pause."},
	{"room", LVMPOLLD_SIZE, "1MiB", "A size."},
	{.name = NULL},
};

/* A volume is called as the command of which its argument list consists. */
static const char *const good_commands[] = {"lv", "lvchange", NULL};

static const struct lvmpolld_plugin good_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "good",
	.operation = "good-operation",
	.description = "Does well",
	.keys = good_keys,
	.configure = good_configure,
	.unload = good_unload,
	.supports_abort = true,
	.build_arguments = good_build_arguments,
	.read_line = good_read_line,
	.read_targets = good_read_targets,
	.read_exit = good_read_exit,
	.read_report = good_read_report,
	.version = "1.2",
	.read_findings = good_read_findings,
	.commands = good_commands,
};

LVMPOLLD_PLUGIN_EXPORT(good, good_plugin);
