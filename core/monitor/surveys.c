/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When all devices of lvm2's are to be read. */
#include "config.h"

#include <stdlib.h>

#include "monitor/probe_message.h"
#include "monitor/schedule.h"
#include "monitor/surveys.h"

/* Devices that have just come have no table yet, or come in numbers. */
#define DELAY_MS 2000

/*
 * What a new table begins, as the recovery of a RAID volume, may show in its status a while later,
 * and no event tells of it: for so long after devices have come or gone it is read again and again.
 */
#define SETTLE_MS 30000
#define AGAIN_MS  10000

/* A survey of many devices takes its time: the next one comes after so many times that time. */
#define REST 20

void surveys_destroy(struct surveys *surveys)
{
	survey_free(surveys->latest);
	free(surveys->known.list);
}

void surveys_want(struct surveys *surveys, bool is_on, bool wants_status)
{
	surveys->is_on = is_on;
	surveys->wants_status = wants_status;
	surveys->wanted++;
}

static bool is_same(
	const struct device_mapper_events *former, const struct device_mapper_events *events)
{
	for (size_t i = 0; i < events->count && i < former->count; i++)
		if (former->list[i].device != events->list[i].device)
			return false;
	return former->count == events->count;
}

/* One that is due before stays so. */
static void set_due(struct surveys *surveys, int64_t due_ms)
{
	if (due_ms < surveys->rest_ms)
		due_ms = surveys->rest_ms;
	if (surveys->due_ms == 0 || due_ms < surveys->due_ms)
		surveys->due_ms = due_ms;
}

void surveys_note_list(struct surveys *surveys, struct device_mapper_events *events)
{
	int64_t now_ms = schedule_clock_ms();

	surveys->list_rest_ms = now_ms + DELAY_MS;
	if (!is_same(&surveys->known, events)) {
		surveys->settled_ms = now_ms + SETTLE_MS;
		if (surveys->is_on)
			set_due(surveys, now_ms + DELAY_MS);
	}
	free(surveys->known.list);
	surveys->known = *events;
}

int64_t surveys_next_ms(const struct surveys *surveys)
{
	bool is_wanted = surveys->made != surveys->wanted;
	int64_t due_ms = is_wanted ? 0 : surveys->due_ms;

	if (!surveys->is_on || (!is_wanted && due_ms == 0))
		return -1;
	return due_ms > surveys->retry_ms ? due_ms : surveys->retry_ms;
}

void surveys_note_asked(struct surveys *surveys, bool is_asked)
{
	surveys->asked_ms = schedule_clock_ms();
	if (!is_asked) {
		surveys->retry_ms = surveys->asked_ms + DELAY_MS;
		return;
	}
	surveys->asked = surveys->wanted;
	surveys->due_ms = 0;
}

/* What cannot be had is asked for again after a while. */
bool surveys_note_answer(struct surveys *surveys, const char *answer, size_t size)
{
	int64_t now_ms = schedule_clock_ms();
	struct survey *survey = answer ? probe_answer_read_survey(answer, size) : NULL;

	surveys->rest_ms = now_ms + REST * (now_ms - surveys->asked_ms);
	if (!survey) {
		surveys->due_ms = surveys->retry_ms = now_ms + DELAY_MS;
		return false;
	}
	survey->number = surveys->made = surveys->asked;
	survey->asked_ms = surveys->asked_ms;
	if (surveys->is_on && surveys->wants_status && now_ms < surveys->settled_ms)
		set_due(surveys, now_ms + AGAIN_MS);
	survey_free(surveys->latest);
	surveys->latest = survey;
	return true;
}

struct survey *surveys_take(struct surveys *surveys)
{
	struct survey *survey = surveys->latest;

	surveys->latest = NULL;
	/* What was found before it was wanted last is no answer: another one comes. */
	if (survey && survey->number != surveys->wanted) {
		survey_free(survey);
		return NULL;
	}
	return survey;
}
