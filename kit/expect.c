/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a step expects. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "expect.h"
#include "keys.h"
#include "seen.h"
#include "world.h"

/* lvm2 prints two digits, and so does a person. */
#define PERCENT_TOLERANCE 0.0051

#define SEEN_SIZE 1024

/* Writes what was seen into TEXT; returns whether that is what ENTRY expects. */
typedef bool (*compare)(const struct scenario_entry *entry, bool was_ended, char *text);

static bool is_word(const struct scenario_entry *entry, const char *seen_word, char *text)
{
	snprintf(text, SEEN_SIZE, "%s", seen_word);
	return entry->count == 1 && strcmp(entry->items[0].text, seen_word) == 0;
}

static bool compare_verdict(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_word(entry, seen.has_verdict ? keys_verdicts[seen.verdict] : "none yet", text);
}

static bool compare_percent(const struct scenario_entry *entry, bool was_ended, char *text)
{
	double percent = seen.progress.percent;

	(void)was_ended;
	if (percent < 0)
		snprintf(text, SEEN_SIZE, "not known");
	else
		snprintf(text, SEEN_SIZE, "%.2f", percent);
	return percent >= 0 &&
	       fabs(percent - strtod(entry->items[0].text, NULL)) < PERCENT_TOLERANCE;
}

static bool is_count(const struct scenario_entry *entry, uint64_t count, char *text)
{
	snprintf(text, SEEN_SIZE, "%" PRIu64, count);
	return strtoull(entry->items[0].text, NULL, 10) == count;
}

static bool compare_done(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_count(entry, seen.progress.done_sectors, text);
}

static bool compare_total(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_count(entry, seen.progress.total_sectors, text);
}

static bool compare_step(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_count(entry, seen.progress.step_sectors, text);
}

static bool compare_failed(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_count(entry, seen.progress.failed_devices, text);
}

static bool compare_state(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_word(entry, world_state(), text);
}

/* All of what is expected, one a blank, or "none". */
static bool is_line(const struct scenario_entry *entry, const char *line, char *text)
{
	char expected[SEEN_SIZE] = "";
	size_t length = 0;

	for (size_t i = 0; i < entry->count && length < sizeof(expected); i++)
		length += (size_t)snprintf(expected + length, sizeof(expected) - length, "%s%s",
			i > 0 ? " " : "", entry->items[i].text);
	snprintf(text, SEEN_SIZE, "%s", line ? line : "none");
	return strcmp(expected, text) == 0;
}

static bool compare_findings(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_line(entry, seen.findings[0] ? seen.findings : NULL, text);
}

static bool compare_arguments(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_line(entry, commands_running(MODEL_LVPOLL), text);
}

static bool compare_copies(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_line(entry, commands_running(MODEL_COMPARER), text);
}

static bool compare_answer(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_word(entry, commands_answer(), text);
}

static bool compare_ended(const struct scenario_entry *entry, bool was_ended, char *text)
{
	return is_word(entry, was_ended ? "true" : "false", text);
}

static bool compare_outcome(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_word(
		entry, seen.has_outcome ? keys_outcomes[seen.outcome] : "not asked for", text);
}

static bool compare_standing(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	return is_word(
		entry, seen.has_standing ? keys_standings[seen.standing] : "not asked for", text);
}

static bool compare_result(const struct scenario_entry *entry, bool was_ended, char *text)
{
	(void)was_ended;
	/* An abort's is asked for as "abort: 0". */
	if (strncmp(entry->items[0].text, "abort: ", 7) == 0) {
		snprintf(text, SEEN_SIZE, "abort: %s", world_result(true));
		return strcmp(text, entry->items[0].text) == 0;
	}
	return is_word(entry, world_result(false), text);
}

static bool compare_log(const struct scenario_entry *entry, bool was_ended, char *text)
{
	bool result = true;

	(void)was_ended;
	snprintf(text, SEEN_SIZE, "%s", seen.log ? seen.log : "empty");
	for (size_t i = 0; i < entry->count; i++)
		result = result && seen.log && strstr(seen.log, entry->items[i].text);
	return result;
}

static const compare compares[] = {
	[EXPECT_VERDICT] = compare_verdict,
	[EXPECT_PERCENT] = compare_percent,
	[EXPECT_DONE_SECTORS] = compare_done,
	[EXPECT_TOTAL_SECTORS] = compare_total,
	[EXPECT_STEP_SECTORS] = compare_step,
	[EXPECT_FAILED_DEVICES] = compare_failed,
	[EXPECT_FINDINGS] = compare_findings,
	[EXPECT_STATE] = compare_state,
	[EXPECT_ARGUMENTS] = compare_arguments,
	[EXPECT_ANSWER] = compare_answer,
	[EXPECT_ENDED] = compare_ended,
	[EXPECT_OUTCOME] = compare_outcome,
	[EXPECT_STANDING] = compare_standing,
	[EXPECT_COPIES] = compare_copies,
	[EXPECT_RESULT] = compare_result,
	[EXPECT_LOG] = compare_log,
};

unsigned expect_check(
	const struct scenario *scenario, const struct scenario_step *step, bool was_ended)
{
	unsigned failed = 0;

	for (size_t i = 0; i < step->expected.count; i++) {
		const struct scenario_entry *entry = &step->expected.list[i];
		char text[SEEN_SIZE];

		if (compares[entry->key](entry, was_ended, text))
			continue;
		failed++;
		fprintf(stderr, "%s:%u: %s is expected to be \"", scenario->file, entry->line,
			keys_expected[entry->key].name);
		for (size_t item = 0; item < entry->count; item++)
			fprintf(stderr, "%s%s", item > 0 ? " " : "", entry->items[item].text);
		fprintf(stderr, "\", and is \"%s\"\n", text);
	}
	return failed;
}
