/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a first scenario: what a module says today of the tables of a log. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "commands.h"
#include "keys.h"
#include "play.h"
#include "seen.h"
#include "status_log.h"
#include "world.h"

/* A step that shows TABLE, as if it had been read. */
static int show(const struct scenario *scenario, const struct status_table *table,
	struct lvmpolld_error *error)
{
	struct scenario_entry action = {.key = ACTION_STATUS, .line = table->line};
	const struct scenario_step step = {.line = table->line, .actions = {1, &action}};
	struct scenario_item *items = calloc(table->count, sizeof(*items));
	int result;

	if (!items)
		return error_set(error, ENOMEM, "out of memory");
	for (size_t i = 0; i < table->count; i++)
		items[i] = (struct scenario_item){
			.text = table->lines[i], .line = table->line + (unsigned)i, .column = 1};
	action.items = items;
	action.count = table->count;
	result = play_step(scenario, &step, error);
	free(items);
	return result;
}

static void write_step(
	const struct status_table *table, const char *state, bool was_ended, FILE *stream)
{
	const char *lvpoll = commands_running(MODEL_LVPOLL);

	fprintf(stream, "- status: |\n");
	for (size_t i = 0; i < table->count; i++)
		fprintf(stream, "    %s\n", table->lines[i]);
	fprintf(stream, "  expect:\n");
	if (seen.has_verdict)
		fprintf(stream, "    verdict: %s\n", keys_verdicts[seen.verdict]);
	if (seen.progress.percent >= 0)
		fprintf(stream, "    percent: %.2f\n", seen.progress.percent);
	fprintf(stream, "    state: %s\n", state);
	if (was_ended)
		fprintf(stream, "    ended: true\n");
	if (lvpoll)
		fprintf(stream, "    arguments: \"%s\"\n", lvpoll);
}

static int write_steps(const struct status_log *log, const struct scenario *scenario, FILE *stream,
	struct lvmpolld_error *error)
{
	int result = world_ask(false, error);

	for (size_t i = 0; result == 0 && i < log->count; i++) {
		result = show(scenario, &log->tables[i], error);
		if (result < 0)
			return result;
		write_step(&log->tables[i], world_state(), commands_take_ended(), stream);
		/* What comes after the end is another operation's. */
		if (strcmp(world_result(false), "in_progress") != 0) {
			fprintf(stream, "    result: \"%s\"\n", world_result(false));
			break;
		}
	}
	return result;
}

/* Asks for the volume of LOG's device. */
static int play_log(const struct status_log *log, const char *file, const char *module,
	struct scenario_item items[2], FILE *stream, struct lvmpolld_error *error)
{
	struct scenario_entry request = {
		.key = HEAD_REQUEST, .line = 1, .count = 2, .items = items};
	const struct scenario scenario = {
		.file = file, .head = {.count = items[0].text ? 1 : 0, .list = &request}};
	int result = world_begin(module, &scenario, error);

	if (result == 0) {
		fprintf(stream, "# Made from %s: is what the module says of it right?\n", file);
		if (items[0].text)
			fprintf(stream, "request: {vgname: \"%s\", lvname: \"%s\"}\n",
				items[0].text, items[1].text);
		fprintf(stream, "steps:\n");
		result = write_steps(log, &scenario, stream, error);
	}
	world_end();
	return result;
}

int status_log_write_scenario(const struct status_log *log, const char *file, const char *module,
	FILE *stream, struct lvmpolld_error *error)
{
	struct scenario_item items[] = {{.name = "vgname"}, {.name = "lvname"}};
	struct dm_pool *memory = dm_pool_create("names", 256);
	char *vg_name, *lv_name, *layer;
	int result;

	if (!memory)
		return error_set(error, ENOMEM, "out of memory");
	if (log->device && dm_split_lvm_name(memory, log->device, &vg_name, &lv_name, &layer) &&
		*vg_name != '\0' && *lv_name != '\0') {
		items[0].text = vg_name;
		items[1].text = lv_name;
	}
	result = play_log(log, file, module, items, stream, error);
	dm_pool_destroy(memory);
	return result;
}
