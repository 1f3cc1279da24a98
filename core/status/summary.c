/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all operations do, in one line. */
#include "config.h"

#include <stdio.h>

#include "operation/operation.h"
#include "status/summary.h"

struct states {
	size_t counts[STATE_COUNT];
	const struct operation *backing_off; /* one of them; NULL where their reasons differ */
};

static struct states count_states(const struct operation_list *list)
{
	const struct operation *operation;
	struct states states = {.backing_off = NULL};

	TAILQ_FOREACH (operation, list, link) {
		bool is_first = states.counts[operation->state]++ == 0;

		if (operation->state != STATE_BACKING_OFF)
			continue;
		if (is_first)
			states.backing_off = operation;
		else if (states.backing_off &&
			 states.backing_off->back_off.reason != operation->back_off.reason)
			states.backing_off = NULL;
	}
	return states;
}

/* "backing off" */
static void write_name(enum operation_state state, char *text, size_t size)
{
	snprintf(text, size, "%s", state_name(state));
	for (char *c = text; *c; c++)
		if (*c == '_')
			*c = ' ';
}

/* ": 2 copying, 1 backing off (lvm cannot be executed)" */
static size_t write_states(const struct states *states, char *text, size_t size)
{
	const char *separator = ": ";
	char name[32], why[PAUSE_TEXT_SIZE];
	size_t used = 0;

	for (enum operation_state state = 0; state < STATE_COUNT && used < size; state++) {
		if (states->counts[state] == 0 || state == STATE_DORMANT)
			continue;
		write_name(state, name, sizeof(name));
		used += (size_t)snprintf(text + used, size - used, "%s%zu %s", separator,
			states->counts[state], name);
		if (state == STATE_BACKING_OFF && states->backing_off && used < size)
			used += (size_t)snprintf(text + used, size - used, " (%s)",
				operation_explain_pause(states->backing_off,
					states->backing_off->back_off.reason, why));
		separator = ", ";
	}
	return used;
}

void summary_write(const struct operation_list *list, size_t in_flight, char *text, size_t size)
{
	const struct states states = count_states(list);
	size_t used;

	if (in_flight == 0)
		used = (size_t)snprintf(text, size, "No operation in flight");
	else
		used = (size_t)snprintf(text, size, "%zu operation%s in flight", in_flight,
			in_flight == 1 ? "" : "s");
	used += write_states(&states, text + used, size - used);
	if (states.counts[STATE_DORMANT] > 0 && used < size)
		snprintf(text + used, size - used, "; %zu dormant", states.counts[STATE_DORMANT]);
}
