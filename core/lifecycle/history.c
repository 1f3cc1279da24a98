/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ended, and how. */
#include "config.h"

#include <signal.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/history.h"
#include "loader/plugins.h"
#include "status/entry.h"
#include "util/boot.h"
#include "util/buffer.h"

bool history_is_forgotten(enum operation_event event)
{
	return event == EVENT_FORGOTTEN || event == EVENT_ENDED_FORGOTTEN ||
	       event == EVENT_STEPS_ASIDE;
}

bool history_is_at_risk(enum operation_event event)
{
	return event == EVENT_SEES_LOSS || event == EVENT_SEES_LET_GO ||
	       event == EVENT_ENDED_LOSS || event == EVENT_COPIES_DIFFER ||
	       event == EVENT_REPORT_LET_GO;
}

bool history_find_result(const struct operation *operation, enum operation_event event,
	struct request_result *result)
{
	*result = (struct request_result){0};
	if (history_is_forgotten(event))
		return false;
	if (event == EVENT_ABORT_OVER)
		*result = (struct request_result){.by_signal = true, .value = SIGTERM};
	else if (operation->state == STATE_FAILED)
		*result = operation->attempt.result;
	return operation->state == STATE_FINISHED ||
	       (operation->attempt.pid > 0 && (result->by_signal || result->value != 0));
}

static enum count count_of(const struct operation *operation, enum operation_event event)
{
	if (event == EVENT_ABORT_OVER)
		return COUNT_ABORTED;
	if (history_is_forgotten(event) || history_is_at_risk(event))
		return COUNT_GIVEN_UP;
	return operation->state == STATE_FINISHED ? COUNT_SUCCESS : COUNT_ERROR;
}

/* Why it was forgotten; NULL where it was not. */
static const char *why_forgotten(enum operation_event event)
{
	if (!history_is_forgotten(event))
		return NULL;
	return event == EVENT_STEPS_ASIDE ? ENTRY_FORGOTTEN_ASIDE : ENTRY_FORGOTTEN_ASKED;
}

/* An abort is no operation of its own for who monitors. */
static void count(struct operation *operation, enum operation_event event)
{
	if (!operation_is_abort(operation))
		counts_add(&operation->operations->counts,
			operation->terms->plugin->interface->operation, count_of(operation, event));
}

void history_add(struct operation *operation, enum operation_event event)
{
	struct operations *operations = operation->operations;
	struct buffer text = {0};
	struct request_result result;
	const struct entry_end end = {
		.result = history_find_result(operation, event, &result) ? &result : NULL,
		.why_forgotten = why_forgotten(event),
		.is_at_risk = history_is_at_risk(event),
	};
	struct ended_operation *ended = NULL;

	count(operation, event);
	entry_write_ended(&text, operation, &end);
	if (!text.is_lost)
		ended = ended_add(&operations->ended_lately, operation->number, buffer_bytes(&text),
			text.length, operations->configuration->history_entries);
	buffer_free(&text);
	/* Watching clients are told of the end; out of memory, that they have missed a change. */
	operations->change_serial++;
	if (ended) {
		ended->serial = operations->change_serial;
		ended->changed = operation->changes.latest;
		ended->ended_ms = running_clock_ms();
	}
	history_keeper_write(&operations->history);
}
