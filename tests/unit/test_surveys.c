/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When all devices are read: what devices have begun may show only a while after they have come. */
#include "config.h"

#include <stdlib.h>

#include "clock_ahead.h"
#include "monitor/probe_message.h"
#include "monitor/schedule.h"
#include "monitor/surveys.h"
#include "suite.h"

static struct surveys surveys;

static void set_up(void)
{
	ahead_s = 0;
	surveys = (struct surveys){0};
}

static void tear_down(void)
{
	surveys_destroy(&surveys);
}

/* The list has COUNT devices from now on. */
static void note_devices(size_t count)
{
	struct device_mapper_events events = {
		.list = calloc(count + 1, sizeof(*events.list)), .count = count};

	ck_assert_ptr_nonnull(events.list);
	for (size_t i = 0; i < count; i++)
		events.list[i].device = i + 1;
	surveys_note_list(&surveys, &events);
}

/* A survey is asked for and made, at once. */
static void make(void)
{
	struct survey empty = {.is_whole = true};
	struct buffer text = {0};

	surveys_note_asked(&surveys, true);
	probe_answer_add_survey(&text, &empty);
	ck_assert(surveys_note_answer(&surveys, buffer_bytes(&text), text.length));
	buffer_free(&text);
	survey_free(surveys_take(&surveys));
}

/* Seconds until the next, rounded; -1: there is none. */
static int64_t next_s(void)
{
	int64_t next_ms = surveys_next_ms(&surveys);

	return next_ms < 0 ? -1 : (next_ms - schedule_clock_ms() + 500) / 1000;
}

START_TEST(surveys_go_on_for_a_while_where_devices_have_come)
{
	surveys_want(&surveys, true, true);
	note_devices(1);
	make();
	ck_assert_int_eq(next_s(), 10);
	note_devices(1);
	for (int i = 0; i < 2; i++) {
		ahead_s += 10;
		make();
		ck_assert_int_eq(next_s(), 10);
	}
	ahead_s += 11;
	make();
	ck_assert_int_eq(next_s(), -1);
	note_devices(1);
	ck_assert_int_eq(next_s(), -1);
	/* One goes: it begins anew. */
	note_devices(0);
	ck_assert_int_eq(next_s(), 2);
	make();
	ck_assert_int_eq(next_s(), 10);
	/* What comes meanwhile does not wait for that. */
	note_devices(2);
	ck_assert_int_eq(next_s(), 2);
	ahead_s += 1;
	note_devices(3);
	ck_assert_int_eq(next_s(), 1);
}
END_TEST

/* The claims of lvm2's operations are tables, which are there from the beginning. */
START_TEST(surveys_without_status_are_made_once)
{
	surveys_want(&surveys, true, false);
	note_devices(1);
	make();
	ck_assert_int_eq(next_s(), -1);
	note_devices(2);
	ck_assert_int_eq(next_s(), 2);
	make();
	ck_assert_int_eq(next_s(), -1);
}
END_TEST

START_TEST(surveys_that_are_off_are_not_made)
{
	surveys_want(&surveys, false, true);
	note_devices(1);
	make();
	ck_assert_int_eq(next_s(), -1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(surveys_go_on_for_a_while_where_devices_have_come),
		SUITE_TEST(surveys_without_status_are_made_once),
		SUITE_TEST(surveys_that_are_off_are_not_made),
	};

	return suite_run_fixture("surveys", tests, SUITE_COUNT(tests), set_up, tear_down);
}
