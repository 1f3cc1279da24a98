/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is aborted and resumed by its number. */
#include "config.h"

#include <errno.h>

#include "lifecycle/numbers.h"
#include "lifecycle/operations_steer.h"
#include "lifecycle_fixture.h"

static struct lvmpolld_error error;

START_TEST(steer_finds_what_is_in_flight_alone)
{
	struct operation *operation = begin_step();
	uint64_t number = operation->number;

	ck_assert_ptr_eq(numbers_find(&operations, number), operation);
	ck_assert_ptr_null(numbers_find(&operations, number + 1));
	ck_assert_ptr_null(numbers_find(&operations, 0));
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(numbers_find(&operations, number));
}
END_TEST

/* Those of the latest request: the next lvpoll would have them, too. */
START_TEST(steer_aborts_with_the_terms_of_a_request)
{
	struct operation *operation, *abort_operation;
	uint64_t number;

	ck_assert_int_eq(ask_from("/first", false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_int_eq(ask_from("/latest", false, "+7"), OPERATIONS_ACCEPTED);
	operation = find(false);
	ck_assert_int_eq(operations_abort(operation, &number, &error), 0);
	abort_operation = find(true);
	ck_assert_ptr_nonnull(abort_operation);
	ck_assert_uint_eq(abort_operation->number, number);
	ck_assert_str_eq(abort_operation->terms->asked.system_dir, "/latest");
	ck_assert_str_eq(abort_operation->terms->asked.interval, "+7");
	ck_assert_str_eq(abort_operation->terms->asked.lvid, operation->terms->asked.lvid);
	ck_assert_int_eq(operations_abort(operation, &number, &error), 0);
	ck_assert_uint_eq(abort_operation->number, number);
	ck_assert_int_eq(operations_abort(abort_operation, &number, &error), -EINVAL);
}
END_TEST

START_TEST(steer_resumes_what_pauses)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	ck_assert_int_eq(operations_resume(operation, &error), 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	/* And what is under way goes on. */
	ck_assert_int_eq(operations_resume(operation, &error), 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* Its lvpoll still ends; or no look is read yet: _i is 1. */
START_TEST(steer_resumes_nothing_that_would_lose_data)
{
	struct operation *operation = begin_step();
	enum operation_state state;
	uint64_t number;

	if (_i == 0)
		show(LVMPOLLD_DATA_LOSS, 1);
	else
		note((struct observation){
			.kind = OBSERVED, .verdict = LVMPOLLD_DATA_LOSS, .signature = 1});
	state = operation->state;
	ck_assert_int_eq(operations_resume(operation, &error), -EIO);
	ck_assert_int_eq(operation->state, state);
	ck_assert_int_eq(operations_abort(operation, &number, &error), 0);
	ck_assert_int_eq(operations_resume(find(true), &error), 0);
}
END_TEST

START_TEST(steer_leaves_to_the_abort_what_is_aborted)
{
	struct operation *operation = begin_abort_of_a_move();

	ck_assert_int_eq(operations_resume(operation, &error), -EBUSY);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	ck_assert_int_eq(operations_resume(find(true), &error), 0);
	ck_assert_int_eq(find(true)->state, STATE_RUNNING);
}
END_TEST

/* An administrator has decided that: another request of root's takes it back, and no number does.
 */
START_TEST(steer_does_not_bring_back_what_is_being_forgotten)
{
	struct operation *operation = begin_step();
	uint64_t number;
	bool has_loss;

	ck_assert_int_eq(operations_forget(&operations, operation->number, false, &has_loss),
		FORGOTTEN_AT_ITS_END);
	ck_assert_int_eq(operations_resume(operation, &error), -EBUSY);
	ck_assert_int_eq(operations_abort(operation, &number, &error), -EBUSY);
	ck_assert_ptr_null(find(true));
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(TAILQ_FIRST(&operations.list));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(steer_finds_what_is_in_flight_alone),
		SUITE_TEST(steer_aborts_with_the_terms_of_a_request),
		SUITE_TEST(steer_resumes_what_pauses),
		SUITE_LOOP(steer_resumes_nothing_that_would_lose_data, 2),
		SUITE_TEST(steer_leaves_to_the_abort_what_is_aborted),
		SUITE_TEST(steer_does_not_bring_back_what_is_being_forgotten),
	};

	return suite_run_fixture(
		"lifecycle_steer", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
