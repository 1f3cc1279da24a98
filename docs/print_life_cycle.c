/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints docs/life-cycle.md: the states, the table and the reasons of core/lifecycle/table.c and
 * core/operation/state.h, as Markdown. "make docs" writes the file, tests/docs compares it.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/table.h"
#include "operation/state.h"

#define LABEL_ROOM 256

/* They lead from nearly everywhere to the same place: the table has them, the picture does not. */
static bool is_in_picture(enum operation_event event)
{
	return event != EVENT_SEES_LOSS && event != EVENT_SEES_LET_GO &&
	       event != EVENT_NO_PATIENCE && event != EVENT_ABORTED && event != EVENT_STOP &&
	       event != EVENT_FORGOTTEN && event != EVENT_STEPS_ASIDE;
}

static void print_states(void)
{
	puts("## States\n\n| state | an operation in it |\n| --- | --- |");
	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		printf("| `%s` | %s |\n", state_name(state), state_description(state));
}

/* The events that lead from one state to another, behind each other. */
static void join_events(enum operation_state from, enum operation_state to, char *label)
{
	label[0] = '\0';
	for (enum operation_event event = 0; event < EVENT_COUNT; event++) {
		size_t used = strlen(label);

		if (is_in_picture(event) && table_cell(from, event) == (unsigned)to)
			snprintf(label + used, LABEL_ROOM - used, "%s%s", used ? ", " : "",
				event_name(event));
	}
}

static void print_picture(void)
{
	char label[LABEL_ROOM];

	puts("\n## Picture\n\n"
	     "Left out, since they come in nearly every state: SEES_LOSS, SEES_LET_GO, "
	     "NO_PATIENCE, ABORTED, "
	     "STOP, FORGOTTEN and STEPS_ASIDE; and\nwhat leads to the same state again.\n\n"
	     "```mermaid\nstateDiagram-v2");
	printf("    [*] --> %s\n", state_name(STATE_LOOKING));
	for (enum operation_state from = 0; from < STATE_COUNT; from++)
		for (enum operation_state to = 0; to < STATE_COUNT; to++) {
			join_events(from, to, label);
			if (to != from && label[0])
				printf("    %s --> %s : %s\n", state_name(from), state_name(to),
					label);
		}
	printf("    %s --> [*]\n    %s --> [*]\n```\n", state_name(STATE_FINISHED),
		state_name(STATE_FAILED));
}

static void print_cell(enum operation_state state, enum operation_event event)
{
	unsigned cell = table_cell(state, event);

	if (cell < STATE_COUNT)
		printf(" %s |", state_name((enum operation_state)cell));
	else
		printf(cell == CELL_SAME ? " . |" : " |");
}

static void print_table(void)
{
	puts("\n## Table\n\n"
	     "What an event (a line) leads to in a state (a column). A dot: nothing is done. "
	     "Empty: "
	     "it cannot come.\n");
	printf("| event |");
	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		printf(" %s |", state_name(state));
	printf("\n| --- |");
	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		printf(" --- |");
	for (enum operation_event event = 0; event < EVENT_COUNT; event++) {
		printf("\n| %s |", event_name(event));
		for (enum operation_state state = 0; state < STATE_COUNT; state++)
			print_cell(state, event);
	}
	puts("");
}

static void print_reasons(void)
{
	puts("\n## Reasons to back off\n\n"
	     "| reason | sentence of the log | longest pause | waiters are told after "
	     "`limits.patience` |\n| --- | --- | --- | --- |");
	for (enum back_off_reason reason = 0; reason < BACK_OFF_COUNT; reason++) {
		const struct back_off_rule *rule = back_off_rule(reason);

		printf("| `%s` | %s | ", back_off_name(reason), rule->sentence);
		if (rule->longest_s > 0)
			printf("%u s", rule->longest_s);
		else
			printf("as asked");
		printf(" | %s |\n", rule->is_failure ? "yes" : "no");
	}
}

int main(void)
{
	puts("<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->\n"
	     "<!-- Made by \"make docs\" from core/lifecycle/table.c and core/operation/state.h. "
	     "-->\n"
	     "# The life of an operation\n\n"
	     "What is done on entering each state is in [architecture.md](architecture.md).\n");
	print_states();
	print_picture();
	print_table();
	print_reasons();
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
