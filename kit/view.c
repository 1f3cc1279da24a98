/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of what was seen. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "keys.h"
#include "seen.h"
#include "view.h"
#include "world.h"

#define WHAT_WIDTH 38

void view_title(const struct scenario *scenario)
{
	printf("%s\n%5s %9s  %-*s  %-11s %9s  %-12s %s\n", scenario->file, "LINE", "TIME",
		WHAT_WIDTH, "WHAT HAPPENS", "VERDICT", "PROGRESS", "STATE", "THEN");
}

/* Of several lines the longest: it says most of a table. */
static const char *choose_line(const struct scenario_entry *entry)
{
	const char *line = "";

	for (size_t i = 0; i < entry->count; i++)
		if (strlen(entry->items[i].text) > strlen(line))
			line = entry->items[i].text;
	return line + strspn(line, " ");
}

/* "exit: 0, report: no_volume" */
static void describe(const struct scenario_step *step, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t key = 0; key < ACTION_EXPECT; key++) {
		const struct scenario_entry *entry = scenario_find(&step->actions, key);

		if (!entry || length >= size)
			continue;
		length += (size_t)snprintf(text + length, size - length, "%s%s: %s",
			length > 0 ? ", " : "", keys_action[key].name, choose_line(entry));
	}
}

static void print_then(void)
{
	const char *lvpoll = commands_running(MODEL_LVPOLL);
	const char *copies = commands_running(MODEL_COMPARER);
	bool is_abort = strcmp(world_result(true), "not_found") != 0;
	const char *result = world_result(false);

	if (lvpoll)
		printf("runs %s", lvpoll);
	else if (copies)
		printf("compares %s", copies);
	else if (commands_running(MODEL_REPORT))
		printf("asks lvm2");
	else if (is_abort)
		printf("hears %s, of the abort %s", result, world_result(true));
	else if (strcmp(result, "in_progress") != 0)
		printf("hears %s", result);
	else
		printf("-");
}

void view_step(const struct scenario_step *step)
{
	char what[160], percent[16] = "-";

	describe(step, what, sizeof(what));
	if (strlen(what) > WHAT_WIDTH)
		strcpy(what + WHAT_WIDTH - 3, "...");
	if (seen.progress.percent >= 0)
		snprintf(percent, sizeof(percent), "%.2f %%", seen.progress.percent);
	printf("%5u %7.1f s  %-*s  %-11s %9s  %-12s ", step->line, (double)clock_now_us() / 1e6,
		WHAT_WIDTH, what, seen.has_verdict ? keys_verdicts[seen.verdict] : "-", percent,
		world_state());
	print_then();
	printf("\n");
}
