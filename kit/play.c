/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays a scenario step by step. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "expect.h"
#include "kernel.h"
#include "keys.h"
#include "play.h"
#include "protocol/lvm_names.h"
#include "seen.h"
#include "view.h"
#include "world.h"

/* LINE is that of the entry, unless one of its items is to blame. */
typedef int (*act)(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error);

static int do_ask(const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	return world_ask(strcmp(entry->items[0].text, "abort") == 0, error);
}

static int do_wait(const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	return world_go_on(strtod(entry->items[0].text, NULL), error);
}

static int do_kernel_log(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	(void)error;
	for (size_t i = 0; i < entry->count; i++)
		kernel_add_log(world_plugins(), entry->items[i].text);
	return 0;
}

/* The texts are those of the document: the slash is cut out of them. */
static int do_names(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	char *text = (char *)entry->items[0].text;
	char *slash = strchr(text, '/');

	(void)line;
	if (!slash)
		return error_set(error, EINVAL, "names: VG/LV is expected, not \"%s\"", text);
	*slash = '\0';
	kernel_set_names(text, slash + 1);
	if (lvm_names_check_vg_name("names", text, error) < 0)
		return -error->code;
	return lvm_names_check_lv_name("names", slash + 1, error);
}

static int do_report(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	return commands_set_report(
		entry, WORLD_LVID, world_vg_name(), world_lv_name(), line, error);
}

static int refuse_no_lvpoll(const char *what, struct lvmpolld_error *error)
{
	return error_set(
		error, ESRCH, "%s: no lvpoll runs: the operation is \"%s\"", what, world_state());
}

static int do_output(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	for (size_t i = 0; i < entry->count; i++)
		if (commands_print(MODEL_LVPOLL, entry->items[i].text) < 0)
			return refuse_no_lvpoll("output", error);
	return 0;
}

static int do_question(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	return commands_ask(MODEL_LVPOLL, entry->items[0].text) == 0
		       ? 0
		       : refuse_no_lvpoll("question", error);
}

static int do_exit(const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	return commands_end(MODEL_LVPOLL, false, atoi(entry->items[0].text)) == 0
		       ? 0
		       : refuse_no_lvpoll("exit", error);
}

static int do_signal(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	(void)line;
	return commands_end(MODEL_LVPOLL, true, atoi(entry->items[0].text)) == 0
		       ? 0
		       : refuse_no_lvpoll("signal", error);
}

static int do_comparison(
	const struct scenario_entry *entry, unsigned *line, struct lvmpolld_error *error)
{
	const char *word = entry->items[0].text;
	/* The exit status of what compares: core/comparing/comparer.h. */
	int status = strcmp(word, "equal") == 0 ? 0 : strcmp(word, "different") == 0 ? 3 : 1;

	(void)line;
	return commands_end(MODEL_COMPARER, false, status) == 0
		       ? 0
		       : error_set(error, ESRCH,
				 "comparison: nothing is compared: the operation is \"%s\"",
				 world_state());
}

static const act acts[ACTION_COUNT] = {
	[ACTION_ASK] = do_ask,
	[ACTION_WAIT] = do_wait,
	[ACTION_KERNEL_LOG] = do_kernel_log,
	[ACTION_NAMES] = do_names,
	[ACTION_STATUS] = kernel_set_status,
	[ACTION_TABLE] = kernel_set_table,
	[ACTION_REPORT] = do_report,
	[ACTION_OUTPUT] = do_output,
	[ACTION_QUESTION] = do_question,
	[ACTION_EXIT] = do_exit,
	[ACTION_SIGNAL] = do_signal,
	[ACTION_COMPARISON] = do_comparison,
};

/* A new status comes with an event, unless the step says otherwise. */
static bool has_event(const struct scenario_step *step)
{
	const struct scenario_entry *event = scenario_find(&step->actions, ACTION_EVENT);

	if (event)
		return strcmp(event->items[0].text, "true") == 0;
	return scenario_find(&step->actions, ACTION_STATUS) ||
	       scenario_find(&step->actions, ACTION_NAMES);
}

int play_step(const struct scenario *scenario, const struct scenario_step *step,
	struct lvmpolld_error *error)
{
	unsigned line = step->line;
	int result = 0;

	seen_begin_step();
	for (size_t key = 0; result == 0 && key < ACTION_COUNT; key++) {
		const struct scenario_entry *entry = scenario_find(&step->actions, key);

		if (key == ACTION_EVENT && has_event(step))
			kernel_raise_event();
		if (!entry || !acts[key])
			continue;
		line = entry->line;
		result = acts[key](entry, &line, error);
	}
	if (result == 0)
		result = world_go_on(0, error);
	if (result < 0)
		error_add_context(error, "%s:%u", scenario->file, line);
	return result;
}

/* Whether the first step asks; otherwise a client asks before it. */
static bool asks_itself(const struct scenario *scenario)
{
	return scenario_find(&scenario->steps[0].actions, ACTION_ASK);
}

static int play_steps(const struct scenario *scenario, bool is_quiet, struct played *played,
	struct lvmpolld_error *error)
{
	const struct scenario_entry *request = scenario_find(&scenario->head, HEAD_REQUEST);
	bool is_abort = false;
	int result = 0;

	for (size_t i = 0; request && i < request->count; i++)
		is_abort = is_abort || (strcmp(request->items[i].name, "abort") == 0 &&
					       strcmp(request->items[i].text, "true") == 0);
	if (!asks_itself(scenario))
		result = world_ask(is_abort, error);
	for (size_t i = 0; result == 0 && i < scenario->step_count; i++) {
		const struct scenario_step *step = &scenario->steps[i];

		result = play_step(scenario, step, error);
		if (result < 0)
			break;
		played->steps++;
		played->checks += (unsigned)step->expected.count;
		if (!is_quiet)
			view_step(step);
		fflush(stdout);
		played->failed += expect_check(scenario, step, commands_take_ended());
	}
	return result;
}

int play(const char *module, const struct scenario *scenario, bool is_quiet, struct played *played,
	struct lvmpolld_error *error)
{
	int result = world_begin(module, scenario, error);

	memset(played, 0, sizeof(*played));
	if (result == 0) {
		if (!is_quiet)
			view_title(scenario);
		result = play_steps(scenario, is_quiet, played, error);
	}
	world_end();
	return result;
}
