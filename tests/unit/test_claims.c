/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claims are brought up to date by surveys, and by what ended. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/claimants.h"
#include "lifecycle/claims.h"
#include "monitor/survey.h"
#include "operation_fixture.h"
#include "status/ended.h"
#include "suite.h"

#define MANY 1000

static struct claim_list claims;
static struct ended ended;

static void create_lists(void)
{
	TAILQ_INIT(&claims);
	ended_init(&ended);
}

static void destroy_lists(void)
{
	claims_drop_all(&claims);
	ended_destroy(&ended);
}

/* Volumes FIRST to LAST of a group are claimed in a survey. */
static bool read_survey(unsigned first, unsigned last, bool is_whole)
{
	size_t count = last - first + 1;
	struct survey_device *devices = calloc(count, sizeof(*devices));
	struct claimed *claimed = calloc(count, sizeof(*claimed));
	char(*names)[16] = calloc(count, sizeof(*names));
	bool is_changed;

	ck_assert(devices && claimed && names);
	for (size_t i = 0; i < count; i++) {
		unsigned number = first + (unsigned)i;

		snprintf(devices[i].lvid, sizeof(devices[i].lvid), "%032u%032u", 1, number);
		snprintf(names[i], sizeof(names[i]), "lv%u", number);
		devices[i].table.vg_name = (char *)"vg1";
		devices[i].table.lv_name = names[i];
		claimed[i] = (struct claimed){&fixture_entry, &devices[i]};
	}
	is_changed = claims_update(&claims, claimed, count, is_whole);
	free(names);
	free(claimed);
	free(devices);
	return is_changed;
}

static unsigned count_claims(void)
{
	const struct claim *claim;
	unsigned count = 0;

	TAILQ_FOREACH (claim, &claims, link)
		count++;
	return count;
}

START_TEST(whole_survey_adds_and_drops)
{
	const struct claim *second;

	ck_assert(read_survey(1, 2, true));
	ck_assert_uint_eq(count_claims(), 2);
	second = TAILQ_NEXT(TAILQ_FIRST(&claims), link);
	ck_assert_str_eq(second->terms->asked.lv_name, "lv2");
	ck_assert(!read_survey(1, 2, true));
	ck_assert(read_survey(2, 3, true));
	ck_assert_ptr_eq(TAILQ_FIRST(&claims), second);
	ck_assert_uint_eq(count_claims(), 2);
}
END_TEST

START_TEST(survey_that_is_not_whole_drops_nothing)
{
	read_survey(1, 3, true);
	ck_assert(!read_survey(2, 2, false));
	ck_assert_uint_eq(count_claims(), 3);
	/* What it does not show is no news of now. */
	ck_assert(!TAILQ_FIRST(&claims)->is_in_survey);
	ck_assert(TAILQ_NEXT(TAILQ_FIRST(&claims), link)->is_in_survey);
	ck_assert(read_survey(2, 2, true));
	ck_assert_uint_eq(count_claims(), 1);
}
END_TEST

START_TEST(many_stay_the_same)
{
	read_survey(1, MANY, true);
	for (int i = 0; i < 3; i++)
		ck_assert(!read_survey(1, MANY, true));
	ck_assert_uint_eq(count_claims(), MANY);
}
END_TEST

/* OPERATION of volume NUMBER ends, with these lines of its last entry. */
static void end_operation(unsigned number, const char *operation, const char *lines)
{
	char text[512];

	snprintf(text, sizeof(text), "id = 7\nlvid = \"%032u%032u\"\noperation = \"%s\"\n%s", 1,
		number, operation, lines);
	ck_assert_ptr_nonnull(ended_add(&ended, 7, text, strlen(text), MANY));
}

#define FINISHED      "state = \"finished\"\nresult = \"retcode\"\nvalue = 0\n"
#define ABORTED       "abort = 0\nstate = \"finished\"\nresult = \"signal\"\nvalue = 15\n"
#define ABORT         "abort = 1\n" FINISHED
#define FAILED        "state = \"failed\"\nresult = \"failed\"\n"
#define WITH_FAILURES "state = \"finished\"\nresult = \"retcode\"\nvalue = 5\n"

#define FORGOTTEN "forgotten = \"asked\"\n"

static const struct {
	const char *first;
	const char *second; /* or NULL */
	bool is_given_up;
	bool is_forgotten;
} ends[] = {
	{FINISHED, NULL, false, false},
	{ABORTED, NULL, true, false},
	{ABORT, NULL, true, false},
	{FAILED, NULL, true, false},
	{WITH_FAILURES, NULL, true, false},
	{FAILED, FINISHED, false, false},
	{FINISHED, FAILED, true, false},
	{FAILED FORGOTTEN, NULL, true, true},
	{FAILED FORGOTTEN, FINISHED, false, false},
	{FAILED "forgotten = \"aside\"\n", NULL, false, false},
};

START_TEST(latest_end_says_whether_it_was_given_up)
{
	read_survey(1, 2, true);
	end_operation(1, "fixture", ends[_i].first);
	if (ends[_i].second)
		end_operation(1, "fixture", ends[_i].second);
	/* Another operation of the volume says nothing of this one. */
	end_operation(1, "fixture2", ends[_i].is_given_up ? FINISHED : FAILED FORGOTTEN);
	ck_assert_int_eq(claim_is_given_up(TAILQ_FIRST(&claims), &ended), ends[_i].is_given_up);
	ck_assert_int_eq(claim_is_forgotten(TAILQ_FIRST(&claims), &ended), ends[_i].is_forgotten);
	ck_assert(!claim_is_given_up(TAILQ_NEXT(TAILQ_FIRST(&claims), link), &ended));
}
END_TEST

/* A survey that was asked for before the end may show what was under way before it. */
START_TEST(survey_that_is_older_than_the_end_is_known)
{
	const struct claim *claim;

	read_survey(1, 2, true);
	claim = TAILQ_FIRST(&claims);
	ck_assert(!claim_has_ended_since(claim, &ended, 0));
	end_operation(1, "fixture", FINISHED);
	TAILQ_LAST(&ended.list, ended_list)->ended_ms = 1000;
	ck_assert(claim_has_ended_since(claim, &ended, 999));
	ck_assert(!claim_has_ended_since(claim, &ended, 1001));
	ck_assert(!claim_has_ended_since(TAILQ_NEXT(claim, link), &ended, 999));
	/* Another operation of the volume is another matter. */
	end_operation(1, "fixture2", FINISHED);
	TAILQ_LAST(&ended.list, ended_list)->ended_ms = 2000;
	ck_assert(!claim_has_ended_since(claim, &ended, 1001));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(whole_survey_adds_and_drops),
		SUITE_TEST(survey_that_is_not_whole_drops_nothing),
		SUITE_TEST(many_stay_the_same),
		SUITE_TEST(survey_that_is_older_than_the_end_is_known),
		SUITE_LOOP(latest_end_says_whether_it_was_given_up, SUITE_COUNT(ends)),
	};

	return suite_run_fixture("claims", tests, SUITE_COUNT(tests), create_lists, destroy_lists);
}
