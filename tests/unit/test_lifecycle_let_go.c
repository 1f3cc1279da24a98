/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A step or an end that nobody has proved, where the kernel's log tells of a failed copy. */
#include "config.h"

#include "verifying_fixture.h"

/* The lvpoll of a step says that it was the last one, and the volume is gone. */
static void end_last_step(bool has_failure)
{
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(find(false)->state, STATE_CONFIRMING);
	look(GONE, 0, has_failure);
	ck_assert_ptr_null(find(false));
}

/* Who waits does not hear that all is well, but no note is kept, which nothing would clear. */
static void assert_lost_at_the_end(void)
{
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
	ck_assert(!is_given_up());
	ck_assert_uint_eq(count_of(COUNT_GIVEN_UP), 1);
}

START_TEST(let_go_is_given_up)
{
	begin_move();
	look(COPYING, TABLE, false);
	look(COPYING, TABLE + 1, true);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
	ck_assert(is_given_up());
	ck_assert_uint_eq(count_of(COUNT_GIVEN_UP), 1);
	ck_assert_uint_eq(count_of(COUNT_ERROR), 0);
}
END_TEST

/* A look that finds the volume on its way out says nothing of what is copied. */
START_TEST(let_go_is_not_what_cannot_be_read_any_more)
{
	begin_move();
	look(COPIED, TABLE, false);
	look(UNREADABLE, TABLE + 1, true);
	end_last_step(true);
	ck_assert(hears(false, false, 0));
	ck_assert(!is_given_up());
}
END_TEST

/* The log has proved it. */
START_TEST(let_go_is_not_the_last_step_of_copies_that_are_not_known)
{
	begin_move();
	look(UNREADABLE, TABLE, false);
	end_last_step(true);
	ck_assert(hears(false, false, 0));
	ck_assert(!is_given_up());
}
END_TEST

static const struct resume_info earlier_version = {.is_child = true,
	.pid = STANDIN_FIRST_PID - 1,
	.purpose = ATTEMPT_STEP,
	.evidence.log_from = 100};

/* An earlier version has not noted from which table the step goes that it has proved. */
START_TEST(let_go_is_not_the_step_of_an_earlier_version)
{
	resume_move(earlier_version);
	look(COPIED, TABLE, true);
	look(COPYING, TABLE + 1, true);
	ck_assert(!is_given_up());
	ck_assert(hears_nothing_yet(false));
	run_out(find(false)->timer);
	standin_die(lvpoll(), SIGTERM);
	look(COPYING, TABLE + 1, true);
	ck_assert_int_eq(find(false)->state, STATE_COPYING);
	/* From then on it is known. */
	look(COPYING, TABLE + 2, true);
	ck_assert(is_given_up());
}
END_TEST

START_TEST(let_go_is_not_the_last_step_of_an_earlier_version)
{
	resume_move(earlier_version);
	look(COPIED, TABLE, true);
	end_last_step(true);
	ck_assert(hears(false, false, 0));
	ck_assert(!is_given_up());
}
END_TEST

/* lvm2 says that all is over before the kernel's log was read. */
START_TEST(let_go_is_told_after_a_look)
{
	struct operation *operation = resume_move((struct resume_info){.is_child = true,
		.pid = STANDIN_FIRST_PID - 1,
		.purpose = ATTEMPT_POLL,
		.evidence.table = TABLE});

	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	run_out(operation->timer);
	look(GONE, 0, true);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(false));
	assert_lost_at_the_end();
}
END_TEST

/* Its lvpoll says so, too, and the device is gone. */
START_TEST(let_go_at_the_end_is_for_lvm2_to_say)
{
	struct operation *operation = resume_move((struct resume_info){.is_child = true,
		.pid = STANDIN_FIRST_PID - 1,
		.purpose = ATTEMPT_POLL,
		.evidence.table = TABLE});

	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_CONFIRMING);
	look(GONE, 0, true);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	assert_lost_at_the_end();
}
END_TEST

/* Nothing is copied any more: lvm2 may be removing it, or may have been interrupted. */
START_TEST(let_go_of_all_is_for_lvm2_to_say)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	look(EMPTY, TABLE + 1, true);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	ck_assert(!is_given_up());
	if (_i == 0) {
		report(fixture_group_row(1, false));
		assert_lost_at_the_end();
	} else {
		report(fixture_volume_row(1, 1, "lv1"));
		ck_assert_ptr_null(find(false));
		ck_assert(hears_failed(false));
		ck_assert(is_given_up());
	}
}
END_TEST

/* An abort, also one that is told to have failed, lets go of nothing. */
START_TEST(let_go_is_not_what_an_abort_has_done)
{
	struct operation *operation = begin_move(), *abort_operation;

	look(COPYING, TABLE, true);
	ck_assert(is_on_record("\ntable = 10\n"));
	ck_assert_int_eq(
		operations_begin(&operations,
			fixture_terms_of(&verifying_entry, 1, 1, true, "15", NULL), &waiter),
		OPERATIONS_ACCEPTED);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	abort_operation = find(true);
	look(COPYING, TABLE, true);
	ck_assert(is_recorded_as_aborted());
	ck_assert(!is_on_record("\ntable = "));
	standin_exit(lvpoll(), 5);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
	lose_patience(abort_operation);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	look(GONE, 0, true);
	standin_exit(standin_find("report"), 5);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(false));
	ck_assert(!is_given_up());
}
END_TEST

START_TEST(let_go_is_not_what_an_abort_of_a_previous_daemon_has_done)
{
	const struct record record = {.log_from = 100,
		.log_boot_id = boot_id(),
		.table_before = TABLE,
		.table = TABLE + 1,
		.is_complete = true,
		.is_being_aborted = _i == 1};
	const struct evidence evidence = resume_read_evidence(&record);

	ck_assert_uint_eq(evidence.log_from, 100);
	ck_assert_uint_eq(evidence.table_before, _i == 0 ? TABLE : 0);
	ck_assert_uint_eq(evidence.table, _i == 0 ? TABLE + 1 : 0);
	ck_assert_int_eq(evidence.is_complete, _i == 0);
}
END_TEST

/* All was over before it was asked for: whose step was the last nobody knows. */
START_TEST(let_go_is_not_what_was_over_before)
{
	begin_move();
	look(GONE, 0, true);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
	ck_assert(!is_given_up());
}
END_TEST

/* It may run for days: what the next daemon finds must be what this one has seen. */
START_TEST(tables_are_on_record_while_lvpoll_polls)
{
	char expected[40];

	begin_move();
	look(STRANGE, TABLE, false);
	ck_assert_int_eq(find(false)->state, STATE_RUNNING);
	for (uint64_t table = TABLE; table < TABLE + 2; table++) {
		look(STRANGE, table, false);
		snprintf(expected, sizeof(expected), "\ntable = %u\n", (unsigned)table);
		ck_assert(is_on_record(expected));
		ck_assert(!is_on_record("lvm_command = \"none\""));
	}
}
END_TEST

/* A look at TABLE, of which not all is copied unless IS_WHOLE; all that the log has is new. */
static void look_later(struct observation observation, uint64_t table, bool is_whole, bool fails)
{
	observation.signature = observation.table_signature = table;
	observation.is_whole = is_whole;
	observation.copies_signature = observation.copies.count > 0 ? table : 0;
	observation.log = log_with(fails);
	if (fails) {
		observation.log.next = 400;
		observation.log.failure_end = observation.log.told_end = 301;
	}
	note(observation);
	lifecycle_on_news(&operations);
}

/* The step of TABLE is proved, and not made; then a failure is told. */
static struct operation *fail_proved_step(bool is_last)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	look_later(COPIED, TABLE, is_last, false);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	look_later(COPIED, TABLE, is_last, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	return operation;
}

START_TEST(let_go_of_the_last_data_after_a_step_that_was_not_made)
{
	struct operation *operation = fail_proved_step(true);

	look_later(GONE, 0, true, true);
	look_later(GONE, 0, true, true);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	assert_lost_at_the_end();
}
END_TEST

START_TEST(let_go_after_a_step_that_was_not_made)
{
	fail_proved_step(false);
	look_later(COPYING, TABLE + 1, false, true);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
	ck_assert(is_given_up());
}
END_TEST

/* That look was made before lvpoll has ended, and so maybe before its step. */
START_TEST(let_go_is_not_the_step_after_a_late_look)
{
	struct observation late = COPIED;

	begin_move();
	look(COPYING, TABLE, false);
	look_later(COPIED, TABLE, false, false);
	standin_exit(lvpoll(), 5);
	late.epoch--;
	look_later(late, TABLE, false, true);
	ck_assert_uint_eq(find(false)->evidence.table_before, TABLE);
	report(fixture_volume_row(1, 1, "lv1"));
	look_later(COPYING, TABLE + 1, false, true);
	ck_assert_ptr_nonnull(find(false));
	ck_assert(!is_given_up());
}
END_TEST

/* The step is the daemon's own, which needed no proof then. */
START_TEST(let_go_is_not_a_step_from_when_nothing_was_verified)
{
	begin_move();
	look(COPYING, TABLE, false);
	verifying_entry.verify = PLUGIN_VERIFY_NEVER;
	look_later(COPIED, TABLE, false, true);
	ck_assert_int_eq(find(false)->state, STATE_RUNNING);
	look_later(COPYING, TABLE + 1, false, true);
	standin_die(lvpoll(), SIGTERM);
	look_later(COPYING, TABLE + 1, false, true);
	ck_assert_int_eq(find(false)->state, STATE_COPYING);
	verifying_entry.verify = PLUGIN_VERIFY_DOUBT;
	look_later(COPYING, TABLE + 1, false, true);
	ck_assert_ptr_nonnull(find(false));
	ck_assert(!is_given_up());
	/* From then on somebody else's counts. */
	look_later(COPYING, TABLE + 2, false, true);
	ck_assert_ptr_null(find(false));
	ck_assert(is_given_up());
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(let_go_is_given_up),
		SUITE_TEST(let_go_of_the_last_data_after_a_step_that_was_not_made),
		SUITE_TEST(let_go_after_a_step_that_was_not_made),
		SUITE_TEST(let_go_is_not_the_step_after_a_late_look),
		SUITE_TEST(let_go_is_not_a_step_from_when_nothing_was_verified),
		SUITE_TEST(let_go_is_not_what_cannot_be_read_any_more),
		SUITE_TEST(let_go_is_not_the_last_step_of_copies_that_are_not_known),
		SUITE_TEST(let_go_is_not_the_step_of_an_earlier_version),
		SUITE_TEST(let_go_is_not_the_last_step_of_an_earlier_version),
		SUITE_TEST(let_go_is_told_after_a_look),
		SUITE_TEST(let_go_at_the_end_is_for_lvm2_to_say),
		SUITE_LOOP(let_go_of_all_is_for_lvm2_to_say, 2),
		SUITE_TEST(let_go_is_not_what_an_abort_has_done),
		SUITE_LOOP(let_go_is_not_what_an_abort_of_a_previous_daemon_has_done, 2),
		SUITE_TEST(let_go_is_not_what_was_over_before),
		SUITE_TEST(tables_are_on_record_while_lvpoll_polls),
	};

	return suite_run_fixture(
		"lifecycle_let_go", tests, SUITE_COUNT(tests), create, free_operations);
}
