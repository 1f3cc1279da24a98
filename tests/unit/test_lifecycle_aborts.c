/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aborts, and the moves that they end. */
#include "config.h"

#include "lifecycle_fixture.h"

START_TEST(lifecycle_an_abort_takes_the_place_of_its_move)
{
	struct operation *operation = begin_step(), *abort_operation = begin(true, "+15");

	ck_assert(lvpoll()->is_terminated);
	ck_assert(hears(false, true, SIGTERM));
	show(LVMPOLLD_WATCH, 1);
	ck_assert_uint_eq(standin_started, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_BUSY);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	/* lvm2 2.03.39 would do nothing with "+", and say that all is well. */
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--interval 15"));
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--abort"));
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert(!find(false) && !find(true));
	ck_assert(hears(true, false, 0));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

START_TEST(lifecycle_goes_on_where_its_abort_fails)
{
	struct operation *operation = begin_abort_of_a_move(), *abort_operation = find(true);

	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	lose_patience(abort_operation);
	ck_assert_ptr_null(find(true));
	ck_assert(hears(true, false, 5));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_uint_eq(count_entries("state"), 1);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

/* Nobody is told 0 of what was aborted, whenever they asked for it. */
START_TEST(lifecycle_who_asks_for_what_is_being_aborted_hears_that)
{
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	begin(true, "15");
	ck_assert(hears(false, true, SIGTERM));
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert(hears_nothing_yet(false));
	standin_exit(lvpoll(), 0);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, true, SIGTERM));
}
END_TEST

/* Likewise where nothing was in flight when the abort began; and it goes on if that fails. */
START_TEST(lifecycle_what_is_asked_for_while_its_abort_runs_yields)
{
	struct operation *abort_operation = begin(true, "15"), *operation = begin(false, "15");

	ck_assert_int_eq(operation->state, STATE_YIELDING);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	ck_assert(hears_nothing_yet(false));
	ck_assert(is_recorded_as_aborted());
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	lose_patience(abort_operation);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert(hears_nothing_yet(false));
	ck_assert(!is_recorded_as_aborted());
}
END_TEST

/* A look that began before says that data would be lost, and nothing of the names by now. */
START_TEST(lifecycle_an_abort_is_not_run_by_an_earlier_look)
{
	struct operation *aborting;

	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	configuration->lvm_max_running = 0;
	aborting = begin(true, "15");
	lifecycle_handle(aborting, EVENT_NOT_STARTED);
	/* After an attempt the names must be seen anew. */
	devices_note_ended(&operations.devices, aborting->device);
	lifecycle_handle(aborting, EVENT_TIMER);
	ck_assert_int_eq(aborting->state, STATE_LOOKING);
	note((struct observation){
		.kind = OBSERVED, .signature = 1, .has_loss = true, .epoch = UINT_MAX});
	lifecycle_on_news(&operations);
	ck_assert_int_eq(aborting->state, STATE_LOOKING);
}
END_TEST

/* The move's lvpoll has ended well: by now the name may be that of the next move. */
START_TEST(lifecycle_an_abort_is_not_run_by_a_look_before_the_last_step)
{
	struct operation *operation = begin_step(), *aborting;

	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_CONFIRMING);
	aborting = begin(true, "15");
	ck_assert_int_eq(aborting->state, STATE_LOOKING);
	ck_assert_uint_eq(standin_started, 1);
	show_kind(OBSERVED_GONE);
	ck_assert_int_eq(aborting->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert(!find(false) && !find(true));
	ck_assert(hears(false, true, SIGTERM));
}
END_TEST

/* Nothing was done yet: who waits for the move hears nothing of it. */
START_TEST(lifecycle_an_abort_without_lvm_is_refused)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	standin_binary_failure = ENOENT;
	ck_assert_int_eq(ask_from(NULL, true, "15"), OPERATIONS_NOT_EXECUTABLE);
	ck_assert_ptr_null(find(true));
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert(hears_nothing_yet(false));
	ck_assert(!hear(true).is_found);
}
END_TEST

/* Likewise where that shows only when it is run. */
START_TEST(lifecycle_an_abort_that_cannot_be_run_is_refused)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	standin_start_failure = ENOEXEC;
	ck_assert_int_eq(ask_from(NULL, true, "15"), OPERATIONS_NOT_EXECUTABLE);
	ck_assert_ptr_null(find(true));
	ck_assert(!hear(true).is_found);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_uint_eq(count_entries("state"), 1);
	ck_assert_uint_eq(operations.in_flight, 1);
}
END_TEST

/* Likewise where its plugin's arguments are refused: the move must not yield to it in vain. */
START_TEST(lifecycle_an_abort_with_refused_arguments_is_refused)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	standin_start_failure = EPERM;
	ck_assert_int_eq(ask_from(NULL, true, "15"), OPERATIONS_NO_MEMORY);
	ck_assert_ptr_null(find(true));
	ck_assert(!hear(true).is_found);
	ck_assert(hears_nothing_yet(false));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_uint_eq(operations.in_flight, 1);
}
END_TEST

/* Its user was told that it failed. */
START_TEST(lifecycle_an_abort_that_was_told_to_have_failed_is_not_carried_out)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	configuration->lvm_max_running = 0;
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(find(true)->state, STATE_WAITING);
	standin_start_failure = ENOEXEC;
	configuration->lvm_max_running = 1;
	lifecycle_settle(&operations);
	ck_assert_ptr_null(find(true));
	ck_assert(hears(true, false, 101));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

START_TEST(lifecycle_an_abort_that_is_silent_is_not_carried_out_again)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	standin_be_silent(lvpoll());
	ck_assert(hears_failed(true));
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(find(true));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* No look comes, as where storage hangs: lvm2 is asked for the names. */
START_TEST(lifecycle_an_abort_does_not_wait_for_ever_for_a_look)
{
	struct operation *abort_operation = begin(true, "15");

	ck_assert_int_eq(abort_operation->state, STATE_LOOKING);
	run_out(abort_operation->timer);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv9"));
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--abort"));
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "lv9"));
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv9"));
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	/* After that they may be another volume's. */
	run_out(abort_operation->timer);
	ck_assert_int_eq(abort_operation->state, STATE_LOOKING);
	ck_assert(event_pending(abort_operation->patience, EV_TIMEOUT, NULL));
	run_out(abort_operation->timer);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
}
END_TEST

/* As where it was resumed after an upgrade: then nothing else would lead on. */
START_TEST(lifecycle_an_abort_that_has_run_does_not_wait_for_ever_for_a_look)
{
	struct operation *abort_operation = begin(true, "15");

	run_out(abort_operation->timer);
	report(fixture_volume_row(1, 1, "lv9"));
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv8"));
	ck_assert_int_eq(abort_operation->state, STATE_LOOKING);
	run_out(abort_operation->timer);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
}
END_TEST

/* Of a previous daemon, say: what that lvpoll has changed the kernel must show first. */
START_TEST(lifecycle_an_abort_that_has_run_is_not_run_again_by_a_report)
{
	struct operation *abort_operation = begin(true, "15");

	abort_operation->attempt.pid = 1;
	run_out(abort_operation->timer);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert_ptr_null(standin_find("lvpoll"));
	ck_assert(event_pending(abort_operation->patience, EV_TIMEOUT, NULL));
}
END_TEST

/* The lvpoll of the move hangs: the abort cannot be carried out, and its user is told. */
START_TEST(lifecycle_an_abort_of_what_hangs_is_told_to_have_failed)
{
	struct operation *operation = begin_step(), *abort_operation = begin(true, "15");

	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_BUSY);
	ck_assert(hears_nothing_yet(true));
	standin_be_silent(lvpoll());
	ck_assert(hears_failed(true));
	ck_assert_ptr_null(find(true));
	ck_assert_int_eq(operation->state, STATE_ENDING);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert(!is_recorded_as_aborted());
}
END_TEST

/* Lvm2 hangs, too: whoever waits is told. */
START_TEST(lifecycle_an_abort_without_a_look_or_an_answer_is_over)
{
	struct operation *abort_operation = begin(true, "15");

	run_out(abort_operation->timer);
	standin_exit(standin_find("report"), 5);
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert(hears_nothing_yet(true));
	lose_patience(abort_operation);
	ck_assert(hears_failed(true));
	ck_assert_ptr_null(find(true));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lifecycle_an_abort_takes_the_place_of_its_move),
		SUITE_TEST(lifecycle_goes_on_where_its_abort_fails),
		SUITE_TEST(lifecycle_who_asks_for_what_is_being_aborted_hears_that),
		SUITE_TEST(lifecycle_what_is_asked_for_while_its_abort_runs_yields),
		SUITE_TEST(lifecycle_an_abort_is_not_run_by_an_earlier_look),
		SUITE_TEST(lifecycle_an_abort_is_not_run_by_a_look_before_the_last_step),
		SUITE_TEST(lifecycle_an_abort_does_not_wait_for_ever_for_a_look),
		SUITE_TEST(lifecycle_an_abort_that_has_run_does_not_wait_for_ever_for_a_look),
		SUITE_TEST(lifecycle_an_abort_that_has_run_is_not_run_again_by_a_report),
		SUITE_TEST(lifecycle_an_abort_of_what_hangs_is_told_to_have_failed),
		SUITE_TEST(lifecycle_an_abort_without_a_look_or_an_answer_is_over),
		SUITE_TEST(lifecycle_an_abort_without_lvm_is_refused),
		SUITE_TEST(lifecycle_an_abort_that_cannot_be_run_is_refused),
		SUITE_TEST(lifecycle_an_abort_with_refused_arguments_is_refused),
		SUITE_TEST(lifecycle_an_abort_that_was_told_to_have_failed_is_not_carried_out),
		SUITE_TEST(lifecycle_an_abort_that_is_silent_is_not_carried_out_again),
	};

	return suite_run_fixture(
		"lifecycle_aborts", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
