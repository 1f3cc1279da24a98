/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is: by volume group, one step in a group at a time, aborts first. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "lifecycle/scheduler.h"
#include "operation_fixture.h"
#include "suite.h"

#define GROUPS             4
#define OPERATIONS_A_GROUP 8

static struct scheduler scheduler;
static struct operation *operations[GROUPS][OPERATIONS_A_GROUP];

static struct operation *make(unsigned group, unsigned number)
{
	struct terms *terms = fixture_terms(group, number);
	struct operation *operation = operation_new(NULL, NULL, terms);

	ck_assert_ptr_nonnull(operation);
	terms_release(terms);
	return operation;
}

static void create_all(void)
{
	ck_assert_int_eq(scheduler_init(&scheduler), 0);
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned number = 0; number < OPERATIONS_A_GROUP; number++)
			operations[group][number] = make(group, number);
}

static void free_all(void)
{
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned number = 0; number < OPERATIONS_A_GROUP; number++) {
			scheduler_remove(&scheduler, operations[group][number]);
			operation_free(operations[group][number]);
		}
	ck_assert_uint_eq(scheduler.waiting, 0);
	ck_assert_uint_eq(scheduler.running, 0);
	scheduler_destroy(&scheduler);
}

static struct operation *add(
	unsigned group, unsigned number, enum attempt_purpose purpose, bool is_urgent)
{
	struct operation *operation = operations[group][number];

	operation->attempt.purpose = purpose;
	ck_assert_int_eq(scheduler_add(&scheduler, operation, is_urgent), 0);
	return operation;
}

/* What is next is the operation NUMBER of GROUP. */
static void expect(unsigned group, unsigned number)
{
	struct operation *operation = scheduler_next(&scheduler, SIZE_MAX);

	ck_assert_ptr_nonnull(operation);
	ck_assert_str_eq(
		operation->terms->identifier, operations[group][number]->terms->identifier);
}

START_TEST(scheduler_that_is_empty_has_no_next)
{
	ck_assert_ptr_null(scheduler_next(&scheduler, SIZE_MAX));
}
END_TEST

START_TEST(scheduler_keeps_to_the_limit)
{
	for (unsigned number = 0; number < 3; number++)
		add(0, number, ATTEMPT_POLL, false);
	ck_assert_ptr_nonnull(scheduler_next(&scheduler, 2));
	ck_assert_ptr_nonnull(scheduler_next(&scheduler, 2));
	ck_assert_ptr_null(scheduler_next(&scheduler, 2));
	ck_assert_uint_eq(scheduler.running, 2);
	ck_assert_uint_eq(scheduler.waiting, 1);
	scheduler_remove(&scheduler, operations[0][0]);
	ck_assert_ptr_eq(scheduler_next(&scheduler, 2), operations[0][2]);
}
END_TEST

/* The group with many came first, and the others do not wait until it is done. */
START_TEST(scheduler_lets_groups_take_turns)
{
	for (unsigned number = 0; number < 3; number++)
		add(0, number, ATTEMPT_POLL, false);
	add(1, 0, ATTEMPT_POLL, false);
	add(2, 0, ATTEMPT_POLL, false);
	add(2, 1, ATTEMPT_POLL, false);
	expect(0, 0);
	expect(1, 0);
	expect(2, 0);
	expect(0, 1);
	expect(2, 1);
	expect(0, 2);
}
END_TEST

START_TEST(scheduler_runs_one_step_of_a_group_at_a_time)
{
	add(0, 0, ATTEMPT_STEP, false);
	add(0, 1, ATTEMPT_STEP, false);
	add(0, 2, ATTEMPT_STEP, false);
	add(1, 0, ATTEMPT_STEP, false);
	expect(0, 0);
	expect(1, 0);
	ck_assert_ptr_null(scheduler_next(&scheduler, SIZE_MAX));
	scheduler_remove(&scheduler, operations[0][0]);
	expect(0, 1);
	ck_assert_ptr_null(scheduler_next(&scheduler, SIZE_MAX));
	scheduler_remove(&scheduler, operations[0][1]);
	expect(0, 2);
}
END_TEST

/* One that polls sleeps most of its time, and keeps no step from its turn, nor others that poll. */
START_TEST(scheduler_runs_steps_beside_those_that_poll)
{
	add(0, 0, ATTEMPT_POLL, false);
	add(0, 1, ATTEMPT_STEP, false);
	add(0, 2, ATTEMPT_POLL, false);
	expect(0, 0);
	expect(0, 1);
	expect(0, 2);
}
END_TEST

START_TEST(scheduler_takes_the_urgent_first)
{
	add(0, 0, ATTEMPT_STEP, false);
	add(1, 0, ATTEMPT_STEP, false);
	add(2, 0, ATTEMPT_ABORT, true);
	add(1, 1, ATTEMPT_ABORT, true);
	expect(1, 1);
	expect(2, 0);
	expect(0, 0);
	expect(1, 0);
}
END_TEST

/* It is not the step that must wait for the group's lock alone: the abort itself may run beside it.
 */
START_TEST(scheduler_takes_the_urgent_beside_a_step)
{
	add(0, 0, ATTEMPT_STEP, false);
	expect(0, 0);
	add(0, 1, ATTEMPT_ABORT, true);
	expect(0, 1);
}
END_TEST

START_TEST(scheduler_forgets_whoever_waits)
{
	add(0, 0, ATTEMPT_STEP, false);
	add(0, 1, ATTEMPT_STEP, false);
	scheduler_remove(&scheduler, operations[0][0]);
	ck_assert_uint_eq(scheduler.waiting, 1);
	expect(0, 1);
	scheduler_remove(&scheduler, operations[0][1]);
	scheduler_remove(&scheduler, operations[0][1]);
	ck_assert_uint_eq(scheduler.running, 0);
}
END_TEST

START_TEST(scheduler_counts_those_of_another_daemon)
{
	operations[0][0]->attempt.purpose = ATTEMPT_STEP;
	ck_assert_int_eq(scheduler_adopt(&scheduler, operations[0][0]), 0);
	add(0, 1, ATTEMPT_STEP, false);
	add(1, 0, ATTEMPT_STEP, false);
	ck_assert_ptr_null(scheduler_next(&scheduler, 1));
	expect(1, 0);
	ck_assert_ptr_null(scheduler_next(&scheduler, SIZE_MAX));
	scheduler_remove(&scheduler, operations[0][0]);
	expect(0, 1);
}
END_TEST

/* Whatever the order, each has its turn, the limit holds, and so does one step a group. */
START_TEST(scheduler_serves_everybody_in_the_end)
{
	size_t served = 0, steps[GROUPS] = {0};
	struct operation *running[3];
	size_t count = 0;

	for (unsigned number = 0; number < OPERATIONS_A_GROUP; number++)
		for (unsigned group = 0; group < GROUPS; group++)
			add(group, number, (group + number) % 3 ? ATTEMPT_STEP : ATTEMPT_POLL,
				number % 5 == 0);
	while (served < (size_t)GROUPS * OPERATIONS_A_GROUP) {
		struct operation *operation = scheduler_next(&scheduler, SUITE_COUNT(running));
		bool is_full = count == SUITE_COUNT(running);

		ck_assert(!operation || !is_full);
		if (operation) {
			running[count++] = operation;
			continue;
		}
		ck_assert_uint_gt(count, 0);
		scheduler_remove(&scheduler, running[0]);
		served++;
		memmove(running, running + 1, --count * sizeof(running[0]));
		memset(steps, 0, sizeof(steps));
		for (size_t i = 0; i < count; i++)
			if (running[i]->attempt.purpose != ATTEMPT_POLL)
				ck_assert_uint_eq(
					++steps[running[i]->terms->asked.vg_name[2] - '0'], 1);
	}
	ck_assert_uint_eq(scheduler.waiting, 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(scheduler_that_is_empty_has_no_next),
		SUITE_TEST(scheduler_keeps_to_the_limit),
		SUITE_TEST(scheduler_lets_groups_take_turns),
		SUITE_TEST(scheduler_runs_one_step_of_a_group_at_a_time),
		SUITE_TEST(scheduler_runs_steps_beside_those_that_poll),
		SUITE_TEST(scheduler_takes_the_urgent_first),
		SUITE_TEST(scheduler_takes_the_urgent_beside_a_step),
		SUITE_TEST(scheduler_forgets_whoever_waits),
		SUITE_TEST(scheduler_counts_those_of_another_daemon),
		SUITE_TEST(scheduler_serves_everybody_in_the_end),
	};

	return suite_run_fixture("scheduler", tests, SUITE_COUNT(tests), create_all, free_all);
}
