/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin for test_phases.py: lvchange where the table is "cache smq", then the kernel cleans,
 * then lvconvert where it is "cache clean". Other tables are the end, but for those of other
 * layers.
 */
#include <lvmpolld/plugin.h>

#include <stdio.h>
#include <string.h>

enum { PHASE_SET, PHASE_TAKE_OFF };

static enum lvmpolld_verdict stages_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	const struct lvmpolld_target *target = lvmpolld_target_at(targets, 0);

	if (request->other_layer)
		return LVMPOLLD_POLL;
	if (count != 1 || strcmp(target->type, "cache") != 0)
		return LVMPOLLD_DONE;
	if (strcmp(target->parameters, "cleaning") == 0)
		return LVMPOLLD_WATCH;
	if (strcmp(target->parameters, "broken") == 0)
		return LVMPOLLD_POLL;
	progress->phase = strcmp(target->parameters, "smq") == 0 ? PHASE_SET : PHASE_TAKE_OFF;
	return LVMPOLLD_STEP;
}

static int stages_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	static const char *const commands[] = {
		[PHASE_SET] = "lvchange", [PHASE_TAKE_OFF] = "lvconvert"};
	const char *command = commands[request->phase];
	char volume[300];
	int result;

	if (request->abort || strncmp(request->lv_name, "good", 4) == 0)
		command = request->abort ? "lvchange" : "lvremove";
	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	result = lvmpolld_arguments_add(arguments, command);
	if (result == 0 && request->abort)
		result = lvmpolld_arguments_add(arguments, "--back");
	if (result == 0)
		result = lvmpolld_arguments_add(arguments, volume);
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

static const char *const stages_commands[] = {"lvchange", "lvconvert", NULL};

static const struct lvmpolld_question stages_questions[] = {
	{"lvchange", 0, "Shall vg/* go on[?]", "it was asked for"},
	{NULL, 0, NULL, NULL},
};

static const struct lvmpolld_plugin stages_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "stages",
	.operation = "stages",
	.description = "Has two phases",
	.supports_abort = true,
	.build_arguments = stages_build_arguments,
	.read_targets = stages_read_targets,
	.commands = stages_commands,
	.questions = stages_questions,
	.startable = true,
};

LVMPOLLD_PLUGIN_EXPORT(stages, stages_plugin);
