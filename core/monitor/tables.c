/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks for the tables of the devices that are due, and concludes their looks. */
#include "config.h"

#include <errno.h>

#include "loader/calls.h"
#include "loader/plugins.h"
#include "monitor/probes.h"
#include "monitor/tables.h"

static bool conclude_unread(struct tables *tables, const struct look_begun *begun,
	const struct lvmpolld_error *error, bool has_events)
{
	struct look look = {.begun = *begun, .answer = DEVICE_MAPPER_UNREADABLE, .error = *error};

	return look_conclude(tables->devices, &look, &tables->log, has_events);
}

/* Returns false, with the error, where BEGUN's device cannot be asked about. */
static bool prepare_question(const struct probes *probes, const struct look_begun *begun,
	struct probe_question *question, struct lvmpolld_error *error)
{
	const struct terms *terms = begun->terms;

	/* Of a former operation on it: a prober that hangs is enough. */
	if (probes_have_look(probes, terms->asked.lvid))
		error_set(error, EBUSY, "an earlier look at it has no answer yet");
	else if (probe_question_table(question, terms->asked.lvid, terms->plugin->interface->layer,
			 plugin_verifies(terms->plugin)) < 0)
		error_set(error, E2BIG, "its layer has too long a name");
	else {
		probe_question_add_below(question, terms->plugin->interface->below);
		return true;
	}
	return false;
}

bool tables_ask(struct tables *tables, struct probes *probes, bool has_events)
{
	static struct probe_question questions[PROBE_QUESTIONS_MAX];
	struct look_begun looks[PROBE_QUESTIONS_MAX];
	struct lvmpolld_error error;
	size_t count = 0;
	bool has_news = false;

	while (count < PROBE_QUESTIONS_MAX && look_take_due(tables->devices, &looks[count])) {
		if (prepare_question(probes, &looks[count], &questions[count], &error))
			count++;
		else
			has_news |= conclude_unread(tables, &looks[count], &error, has_events);
	}
	if (count == 0 || probes_ask(probes, questions, looks, count, &error) == 0)
		return has_news;
	for (size_t i = 0; i < count; i++)
		has_news |= conclude_unread(tables, &looks[i], &error, has_events);
	return has_news;
}

bool tables_read(struct tables *tables, const struct look_begun *begun, const char *answer,
	size_t size, bool has_events)
{
	struct look look = {.begun = *begun};

	if (answer) {
		look.answer = probe_answer_read_table(
			answer, size, &look.table, &look.lines, &look.has_lines, &look.error);
	} else {
		look.answer = DEVICE_MAPPER_UNREADABLE;
		error_set(&look.error, EPIPE, "its table cannot be read: the prober has ended");
	}
	return look_conclude(tables->devices, &look, &tables->log, has_events);
}
