/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns lines of "dmsetup status" into the structs that a plugin reads. */
#ifndef TESTS_UNIT_TARGET_LINES_H
#define TESTS_UNIT_TARGET_LINES_H

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lvmpolld/plugin.h>

#include "loader/check.h"
#include "loader/findings.h"

#define TARGET_LINES_MAX 16

/* A newer daemon's targets are larger than those that a plugin was built with. */
struct larger_target {
	struct lvmpolld_target target;
	uint64_t more[3];
};

/* What a plugin said about a table. */
struct target_reading {
	enum lvmpolld_verdict verdict;
	struct lvmpolld_progress progress;
};

/* The progress before anything was read. */
static const struct lvmpolld_progress no_progress = {
	.struct_size = sizeof(struct lvmpolld_progress), .percent = -1};

/*
 * Reads "0 16384 mirror 2 7:0 ..." into TARGET, cutting TEXT into its strings; with "NAME: " before
 * it the line is that of a volume below.
 */
static inline void target_line_parse(struct larger_target *target, char *text)
{
	int type = 0, parameters = 0;

	target->target.lv_name = NULL;
	if (text[strcspn(text, ": ")] == ':') {
		target->target.lv_name = strsep(&text, ":");
		text++;
	}
	ck_assert_msg(sscanf(text, "%" SCNu64 " %" SCNu64 " %n%*s%n", &target->target.start_sectors,
			      &target->target.length_sectors, &type, &parameters) == 2 &&
			      parameters > type,
		"no status of a target: %s", text);
	target->target.struct_size = sizeof(*target);
	target->target.type = text + type;
	target->target.parameters = text + parameters;
	if (text[parameters] != '\0') {
		text[parameters] = '\0';
		target->target.parameters = text + parameters + 1;
	}
}

/* Cuts the lines of TEXT, one target a line, into TARGETS. Returns their number. */
static inline size_t target_lines_parse(struct larger_target targets[TARGET_LINES_MAX], char *text)
{
	char *line;
	size_t count = 0;

	while ((line = strsep(&text, "\n")) && *line != '\0') {
		ck_assert_uint_lt(count, TARGET_LINES_MAX);
		target_line_parse(&targets[count++], line);
	}
	return count;
}

/* What PLUGIN says about the table LINES, one target a line. */
static inline struct target_reading target_lines_read(const struct lvmpolld_plugin *plugin,
	const struct lvmpolld_request *request, const char *lines)
{
	struct larger_target targets[TARGET_LINES_MAX];
	struct target_reading reading = {.progress = no_progress};
	char *text = strdup(lines);
	size_t count;

	ck_assert_ptr_nonnull(text);
	count = target_lines_parse(targets, text);
	reading.verdict =
		plugin->read_targets(request, &targets[0].target, count, &reading.progress);
	free(text);
	return reading;
}

/* A table and what is to be said about it. */
struct target_case {
	const char *lines;
	enum lvmpolld_verdict verdict;
	uint64_t done_sectors;
	uint64_t total_sectors;
	double percent; /* below 0 where nothing is told */
	uint32_t failed_devices;
};

static inline void target_case_check(const struct lvmpolld_plugin *plugin,
	const struct lvmpolld_request *request, const struct target_case *expected)
{
	struct target_reading reading = target_lines_read(plugin, request, expected->lines);

	ck_assert_msg(reading.verdict == expected->verdict, "verdict %d instead of %d for:\n%s",
		(int)reading.verdict, (int)expected->verdict, expected->lines);
	ck_assert_uint_eq(reading.progress.done_sectors, expected->done_sectors);
	ck_assert_uint_eq(reading.progress.total_sectors, expected->total_sectors);
	ck_assert_double_eq_tol(reading.progress.percent, expected->percent, 0.01);
	ck_assert_uint_eq(reading.progress.failed_devices, expected->failed_devices);
}

/* A device that was found, with its table as "dmsetup table" shows it. */
struct claim_case {
	const char *lv_name;
	const char *layer;
	const char *below; /* the name of a volume below it; or NULL */
	const char *lines;
	bool is_claimed;
};

/* A table, and what the operation comes to by it, as people read it. */
struct findings_case {
	const char *lines;
	const char *findings;
};

static inline void findings_case_check(const struct lvmpolld_plugin *plugin,
	const struct lvmpolld_request *request, const struct findings_case *expected)
{
	struct larger_target targets[TARGET_LINES_MAX];
	struct lvmpolld_findings findings = {0};
	char text[FINDINGS_TEXT_SIZE];
	char *lines = strdup(expected->lines);

	ck_assert_ptr_nonnull(lines);
	plugin->read_findings(
		request, &targets[0].target, target_lines_parse(targets, lines), &findings);
	findings_write(&findings, text);
	ck_assert_str_eq(text, expected->findings);
	free(lines);
}

/* A device whose lines have this status, by which a plugin that discovers knows them. */
struct discovery_case {
	const char *lv_name;
	const char *layer;
	const char *lines; /* NULL: its status could not be read */
	bool is_claimed;
};

static inline void discovery_case_check(
	const struct lvmpolld_plugin *plugin, const struct discovery_case *expected)
{
	struct lvmpolld_device device = {
		.struct_size = sizeof(device),
		.layer = expected->layer,
		.vg_name = "vg",
		.lv_name = expected->lv_name,
	};
	struct larger_target targets[TARGET_LINES_MAX];
	char *text = strdup(expected->lines ? expected->lines : "");

	ck_assert_ptr_nonnull(text);
	if (expected->lines) {
		device.status = &targets[0].target;
		device.status_count = target_lines_parse(targets, text);
	}
	ck_assert_msg(plugin->claims(&device, NULL, 0) == expected->is_claimed, "%s (%s):\n%s",
		expected->lv_name, expected->layer, expected->lines);
	free(text);
}

static inline void claim_case_check(
	const struct lvmpolld_plugin *plugin, const struct claim_case *expected)
{
	const char *const below[] = {expected->below, NULL};
	const struct lvmpolld_device device = {
		.struct_size = sizeof(device),
		.uuid = "LVM-",
		.lvid = "",
		.layer = expected->layer,
		.name = "vg-lv",
		.vg_name = "vg",
		.lv_name = expected->lv_name,
		.below = below,
	};
	struct larger_target targets[TARGET_LINES_MAX];
	char *text = strdup(expected->lines);
	size_t count;

	ck_assert_ptr_nonnull(text);
	count = target_lines_parse(targets, text);
	ck_assert_msg(plugin->claims(&device, &targets[0].target, count) == expected->is_claimed,
		"%s (%s):\n%s", expected->lv_name, expected->layer, expected->lines);
	free(text);
}

/* A plugin called NAME that is right, leaves all to the kernel, and is loaded only by its name. */
static inline void kernel_only_check(const struct lvmpolld_plugin *plugin, const char *name)
{
	struct lvmpolld_error error = {0};

	ck_assert_msg(plugin_check_fields(plugin, name, &error) == 0, "%s", error.sentence);
	ck_assert(plugin->kernel_only);
	ck_assert(plugin->only_by_name);
}

#endif
