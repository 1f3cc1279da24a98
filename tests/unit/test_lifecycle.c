/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of an operation: from its first look to its end, without a device, and at a stop. */
#include "config.h"

#include "lifecycle_fixture.h"

/* --- the life of a move --- */

START_TEST(lifecycle_of_a_move)
{
	struct operation *operation = begin(false, "15");

	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(standin_started, 0);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show(LVMPOLLD_STEP, 2);
	standin_print(lvpoll(), "at 100");
	ck_assert(hears_nothing_yet(false));
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_CONFIRMING);
	ck_assert_uint_eq(count_entries("state"), 1);
	show_kind(OBSERVED_GONE);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.in_flight, 0);
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert(hears(false, false, 0));
	ck_assert(!hear(false).is_found);
}
END_TEST

/* Also in a turn that waits, and in a pause after an lvpoll that failed: _i is 1, 2. */
START_TEST(lifecycle_of_what_the_kernel_finishes_alone)
{
	struct operation *operation;

	configuration->lvm_max_running = _i == 1 ? 0 : 1;
	operation = begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	if (_i > 0)
		show(LVMPOLLD_STEP, 1);
	if (_i == 2) {
		standin_exit(lvpoll(), 5);
		report(fixture_volume_row(1, 1, "lv1"));
		ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
		show(LVMPOLLD_DONE, 1);
		ck_assert_int_eq(operation->state, STATE_LOOKING);
	}
	show(LVMPOLLD_DONE, 1);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(standin_started, _i == 2 ? 2 : 0);
	ck_assert_uint_eq(operations.scheduler.waiting + operations.scheduler.running, 0);
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert(hears(false, false, 0));
}
END_TEST

/* A command that runs says itself how it ends. */
START_TEST(lifecycle_of_what_the_kernel_finishes_beside_a_command)
{
	struct operation *operation;

	operation = begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	show(LVMPOLLD_DONE, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert(hears_nothing_yet(false));
	standin_die(lvpoll(), SIGKILL);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert(hears_nothing_yet(false));
}
END_TEST

/* Whatever the kernel shows: nobody can contradict it. */
START_TEST(lifecycle_without_the_kernel)
{
	struct operation *operation;

	operations.monitor = NULL;
	operation = begin(false, "+15");
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_BEFORE);
	operation->not_before_ms = boot_clock_ms() - 1;
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--interval 15"));
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert(hears(false, false, 0));
}
END_TEST

/* As when a command of the user has done what the step was for. */
START_TEST(lifecycle_needs_no_turn_where_it_copies_again)
{
	struct operation *operation;

	configuration->lvm_max_running = 0;
	operation = begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_WAITING);
	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(operations.scheduler.waiting, 0);
}
END_TEST

/* As when an abort ends a move at the moment at which the monitor has seen something of it. */
/* Its name may be another volume's when the turn comes: _i is 1 for an abort. */
START_TEST(lifecycle_what_is_gone_needs_no_turn)
{
	struct operation *operation;

	configuration->lvm_max_running = 0;
	operation = begin(_i, "15");
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_WAITING);
	show_kind(OBSERVED_GONE);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	ck_assert_uint_eq(operations.scheduler.waiting, 0);
}
END_TEST

START_TEST(lifecycle_news_of_what_is_over_changes_nothing)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_exit(lvpoll(), 0);
	note((struct observation){.kind = OBSERVED, .verdict = LVMPOLLD_STEP, .signature = 2});
	report(fixture_group_row(1, false));
	lifecycle_on_news(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.scheduler.waiting + operations.scheduler.running, 0);
}
END_TEST

/* --- without a device --- */

START_TEST(lifecycle_is_dormant_without_its_volume)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	show_kind(OBSERVED_GONE);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_DORMANT);
	ck_assert_uint_eq(operations.in_flight, 0);
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert_uint_eq(count_entries("state.dormant"), 1);
	lose_patience(operation);
	ck_assert(hears_failed(false));
	/* A request wakes it, and is told in its own time. */
	begin(false, "15");
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_DORMANT);
	lose_patience(operation);
	ck_assert(hears_failed(false));
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(operations.in_flight, 1);
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

START_TEST(lifecycle_what_has_no_device_may_be_over)
{
	begin(false, "15");
	show_kind(OBSERVED_GONE);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
}
END_TEST

/* On the disks that are missing the metadata may be newer. */
START_TEST(lifecycle_what_has_no_device_is_not_over_where_disks_are_missing)
{
	struct operation *operation = begin(false, "15");

	show_kind(OBSERVED_GONE);
	report(fixture_group_row(1, true));
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
}
END_TEST

/* --- "+15" --- */

START_TEST(lifecycle_takes_no_step_before_its_time)
{
	struct operation *operation = begin(false, "+15");

	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_BEFORE);
	operations_retry_all(&operations);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	operation->not_before_ms = boot_clock_ms() - 1;
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--interval 3600"));
}
END_TEST

/* As on record since before the machine started anew. */
START_TEST(lifecycle_time_before_the_first_step_is_no_longer_than_was_asked_for)
{
	const struct resume_info info = {
		.not_before_ms = boot_clock_ms() + 86400000, .outputs = {-1, -1}};
	struct timeval due, now;

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	show(LVMPOLLD_STEP, 1);
	ck_assert(event_pending(find(false)->timer, EV_TIMEOUT, &due));
	gettimeofday(&now, NULL);
	ck_assert_int_le(due.tv_sec - now.tv_sec, 16);
	ck_assert_int_ge(due.tv_sec - now.tv_sec, 13);
	/* Nor does it begin anew. */
	ck_assert_int_le(find(false)->not_before_ms, boot_clock_ms() + 15000);
}
END_TEST

/* --- a stop --- */

START_TEST(lifecycle_stops_and_leaves_it_as_it_is)
{
	struct operation *operation = begin_step();

	operations_stop(&operations);
	ck_assert(operations_any_command(&operations));
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(!operations_any_command(&operations));
	ck_assert(hears_nothing_yet(false));
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

/* The daemon ends while the move's lvpoll does: the next one must not go on with the move. */
START_TEST(lifecycle_what_is_being_aborted_stays_so_on_record)
{
	begin_step();
	ck_assert(!is_recorded_as_aborted());
	begin(true, "15");
	ck_assert(is_recorded_as_aborted());
	operations_stop(&operations);
	standin_die(lvpoll(), SIGTERM);
	ck_assert(is_recorded_as_aborted());
	ck_assert_uint_eq(count_entries("state"), 2);
}
END_TEST

static enum operations_forgotten forget(const struct operation *operation)
{
	bool has_loss;

	return operations_forget(&operations, operation->number, false, &has_loss);
}

START_TEST(lifecycle_what_is_forgotten_is_over_when_its_command_is)
{
	struct operation *operation = begin_step();

	ck_assert_int_eq(forget(operation), FORGOTTEN_AT_ITS_END);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_uint_eq(count_entries("state"), 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert(hears_failed(false));
	ck_assert_ptr_null(TAILQ_FIRST(&operations.list));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

/* While its command ends it is accepted once more: that is a promise. */
START_TEST(lifecycle_what_is_asked_for_again_is_not_forgotten)
{
	struct operation *operation = begin_step();

	ck_assert_int_eq(forget(operation), FORGOTTEN_AT_ITS_END);
	ck_assert_ptr_eq(begin(false, "15"), operation);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert(hears_nothing_yet(false));
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

/* An older record would be believed by the next daemon. */
START_TEST(lifecycle_records_at_its_end_what_could_not_be_recorded)
{
	record_directory_close(&operations.records);
	free(configuration->state_directory);
	configuration->state_directory = strdup(scratch_path("nowhere/state"));
	begin(false, "15");
	recorder_end(&operations);
	ck_assert(find(false)->is_record_stale);
	free(configuration->state_directory);
	configuration->state_directory = strdup(scratch_path("later"));
	recorder_end(&operations);
	ck_assert(!find(false)->is_record_stale);
	ck_assert_uint_eq(count_entries("later"), 1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lifecycle_of_a_move),
		SUITE_TEST(lifecycle_records_at_its_end_what_could_not_be_recorded),
		SUITE_LOOP(lifecycle_of_what_the_kernel_finishes_alone, 3),
		SUITE_TEST(lifecycle_of_what_the_kernel_finishes_beside_a_command),
		SUITE_TEST(lifecycle_without_the_kernel),
		SUITE_TEST(lifecycle_needs_no_turn_where_it_copies_again),
		SUITE_LOOP(lifecycle_what_is_gone_needs_no_turn, 2),
		SUITE_TEST(lifecycle_news_of_what_is_over_changes_nothing),
		SUITE_TEST(lifecycle_is_dormant_without_its_volume),
		SUITE_TEST(lifecycle_what_has_no_device_may_be_over),
		SUITE_TEST(lifecycle_what_has_no_device_is_not_over_where_disks_are_missing),
		SUITE_TEST(lifecycle_takes_no_step_before_its_time),
		SUITE_TEST(lifecycle_time_before_the_first_step_is_no_longer_than_was_asked_for),
		SUITE_TEST(lifecycle_stops_and_leaves_it_as_it_is),
		SUITE_TEST(lifecycle_what_is_being_aborted_stays_so_on_record),
		SUITE_TEST(lifecycle_what_is_forgotten_is_over_when_its_command_is),
		SUITE_TEST(lifecycle_what_is_asked_for_again_is_not_forgotten),
	};

	return suite_run_fixture(
		"lifecycle", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
