/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attempts that fail, and ends that are in doubt: what is tried again, and what clients are told.
 */
#include "config.h"

#include "lifecycle_fixture.h"

/* --- an end that is in doubt --- */

static struct operation *end_well(void)
{
	struct operation *operation = begin_step();

	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_CONFIRMING);
	return operation;
}

START_TEST(lifecycle_an_end_that_the_kernel_contradicts_is_none)
{
	struct operation *operation = end_well();

	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_CONTRADICTED);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	ck_assert(hears_failed(false));
	ck_assert_uint_eq(count_entries("state"), 1);
	ck_assert_ptr_eq(find(false), operation);
}
END_TEST

START_TEST(lifecycle_an_end_that_lvm2_proves_is_one_whatever_the_kernel_shows)
{
	end_well();
	show(LVMPOLLD_WATCH, 1);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(false));
	ck_assert(hears(false, false, 0));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

/* As where lvm.conf hides the group: the report is empty, and proves nothing. */
START_TEST(lifecycle_an_end_that_nobody_can_prove_is_none)
{
	struct operation *operation = end_well();

	show(LVMPOLLD_WATCH, 1);
	standin_exit(standin_find("report"), 0);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_SEEN);
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	standin_exit(lvpoll(), 4);
	standin_exit(standin_find("report"), 4);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
	lose_patience(operation);
	ck_assert(hears(false, false, 4));
}
END_TEST

/* An lvpoll that found nothing says that all is well. */
START_TEST(lifecycle_an_end_that_says_nothing_is_asked_about)
{
	struct operation *operation = begin_step();

	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "renamed"));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show(LVMPOLLD_STEP, 1);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "vg1/renamed"));
}
END_TEST

/* One report answers for all that wait. */
START_TEST(lifecycle_a_report_that_hangs_is_no_answer)
{
	struct operation *operation = begin_step();
	struct command *command;

	standin_exit(lvpoll(), 5);
	command = standin_find("report");
	standin_be_silent(command);
	ck_assert(command->is_terminated);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
	standin_die(command, SIGTERM);
	ck_assert_ptr_null(standin_find("report"));
}
END_TEST

/* What lvpoll prints does not end it: its work may only begin then. */
START_TEST(lifecycle_a_step_that_changes_nothing_is_ended_after_a_time)
{
	struct operation *operation = begin_step();

	ck_assert_int_gt(operation->timer_due_ms, boot_clock_ms() + 10000);
	standin_print(lvpoll(), "at 30");
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert(!lvpoll()->is_terminated);
	ck_assert_int_lt(operation->timer_due_ms, boot_clock_ms() + 10000);
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	/* What lvm2 makes of SIGTERM. */
	standin_exit(lvpoll(), 5);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_VAIN);
	/* The next one gets twice as long: the group may be locked. */
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_int_gt(operation->timer_due_ms, boot_clock_ms() + 30000);
}
END_TEST

/* The table shows no copying any more: lvpoll is about to end, or it sleeps before its last check.
 */
START_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_soon)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_STEP, 2);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_int_lt(operation->timer_due_ms, boot_clock_ms() + 10000);
	run_out(operation->timer);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	show(LVMPOLLD_STEP, 2);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

START_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_at_once)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

/* As where the group was renamed meanwhile, and lvm2's answer waits for a lock. */
START_TEST(lifecycle_a_change_before_a_failure_does_not_make_up_for_it)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_STEP, 2);
	standin_exit(lvpoll(), 5);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	show(LVMPOLLD_STEP, 2);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	show(LVMPOLLD_STEP, 2);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
}
END_TEST

START_TEST(lifecycle_what_lvm2_says_has_failed_has)
{
	begin_step();
	fixture_standing = LVMPOLLD_STANDING_FAILED;
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_ptr_null(find(false));
	ck_assert(hears(false, false, 5));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

/* --- attempts that fail --- */

START_TEST(lifecycle_stays_in_flight_where_an_attempt_fails)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_STATUS);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	/* And once more, to any client that asks. */
	ck_assert(hears(false, false, 5));
	ck_assert(hears(false, false, 5));
	ck_assert_ptr_eq(find(false), operation);
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

START_TEST(lifecycle_a_new_request_causes_an_attempt_at_once)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
	ck_assert_ptr_eq(begin(false, "15"), operation);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert(hears_nothing_yet(false));
	show(LVMPOLLD_STEP, 1);
	fail_step(operation);
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
}
END_TEST

/* The others were told long ago; this one is, in its own time. */
START_TEST(lifecycle_who_asks_while_an_attempt_is_made_is_told_too)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	lose_patience(operation);
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	begin(false, "15");
	fail_step(operation);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
}
END_TEST

/* Others may ask as often as they like, and SIGHUP may come. */
START_TEST(lifecycle_who_waits_is_told_none_the_later_for_what_others_ask)
{
	struct operation *operation = begin_step();
	int64_t since_ms;

	fail_step(operation);
	since_ms = operation->failing_since_ms;
	ck_assert_int_eq(ask_from("/etc/other", false, "15"), OPERATIONS_ACCEPTED);
	show(LVMPOLLD_STEP, 1);
	fail_step(operation);
	operations_retry_all(&operations);
	ck_assert_int_eq(operation->failing_since_ms, since_ms);
	ck_assert(hears_nothing_yet(false));
	ck_assert(event_pending(operation->patience, EV_TIMEOUT, NULL));
	TAILQ_LAST(&operation->requests, request_list)->failing_since_ms += 2000000;
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
	/* The other one waits on, for as long as the first did. */
	ck_assert_uint_eq(count_told(), 1);
	ck_assert(event_pending(operation->patience, EV_TIMEOUT, NULL));
	TAILQ_LAST(&operation->requests, request_list)->failing_since_ms -= 2000000;
	lose_patience(operation);
	ck_assert_uint_eq(count_told(), 2);
	ck_assert(!event_pending(operation->patience, EV_TIMEOUT, NULL));
}
END_TEST

/* No attempt is made for it before the answer comes, which may be never. */
START_TEST(lifecycle_who_asks_while_lvm2_is_asked_has_its_time)
{
	struct operation *operation = begin_step();

	standin_exit(lvpoll(), 5);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
	begin(false, "15");
	ck_assert_int_eq(operation->state, STATE_ASKING);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	ck_assert(hears(false, false, 5));
}
END_TEST

/* It tells how far it is, and fails, again and again. */
START_TEST(lifecycle_an_lvpoll_that_gets_nowhere_is_none_that_polls)
{
	struct operation *operation = begin(false, "15");

	for (int i = 0; i < 3; i++) {
		show(LVMPOLLD_POLL, 1);
		ck_assert_int_eq(operation->attempt.purpose, ATTEMPT_POLL);
		standin_print(lvpoll(), "at 50");
		if (i == 2)
			break;
		fail_step(operation);
		run_out(operation->timer);
	}
	ck_assert_int_ne(operation->failing_since_ms, 0);
	/* This one may get on: it is told when it does not. */
	lose_patience(operation);
	ck_assert(hears_nothing_yet(false));
	fail_step(operation);
	run_out(operation->patience);
	ck_assert(hears(false, false, 5));
	/* It has got on. */
	begin(false, "15");
	show(LVMPOLLD_POLL, 1);
	standin_print(lvpoll(), "at 51");
	ck_assert_int_eq(operation->failing_since_ms, 0);
	ck_assert(!event_pending(operation->patience, EV_TIMEOUT, NULL));
}
END_TEST

/* What was told is not taken back, but the end is another request's. */
START_TEST(lifecycle_tells_each_request_of_one_device)
{
	struct operation *operation = begin(false, "15");

	ck_assert_int_eq(ask_from("/etc/other", false, "30"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_eq(find(false), operation);
	ck_assert_str_eq(operation->lead->asked.system_dir, "/etc/other");
	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	show_kind(OBSERVED_GONE);
	ck_assert(hears(false, false, 0));
	ck_assert_uint_eq(count_told(), 1);
}
END_TEST

START_TEST(lifecycle_a_signal_of_somebody_else_is_no_end)
{
	struct operation *operation = begin_step();

	standin_die(lvpoll(), SIGKILL);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SIGNAL);
	lose_patience(operation);
	ck_assert(hears(false, true, SIGKILL));
	ck_assert_ptr_eq(find(false), operation);
}
END_TEST

/* An upgrade of lvm2 may take a moment: then who waits hears it, and not how an lvpoll ended
 * before. */
START_TEST(lifecycle_without_lvm_in_the_middle_who_waits_hears_101_after_a_while)
{
	struct operation *operation = begin_step();

	standin_print(lvpoll(), "at 30");
	fail_step(operation);
	standin_start_failure = ENOEXEC;
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_EXECUTABLE);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	ck_assert(hears(false, false, 101));
}
END_TEST

/* Sooner or later it is there: in the middle of an upgrade, say. */
START_TEST(lifecycle_without_lvm_who_waits_hears_101_at_once)
{
	struct operation *operation;

	standin_start_failure = ENOEXEC;
	operation = begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_EXECUTABLE);
	ck_assert(hears(false, false, 101));
	ck_assert_ptr_eq(find(false), operation);
	standin_start_failure = 0;
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

START_TEST(lifecycle_pauses_grow)
{
	static const time_t pauses_s[] = {1, 1, 2, 4, 8, 16};
	struct operation *operation = begin_step();

	for (size_t i = 0; i < SUITE_COUNT(pauses_s); i++) {
		struct timeval due, now;

		fail_step(operation);
		ck_assert(event_pending(operation->timer, EV_TIMEOUT, &due));
		gettimeofday(&now, NULL);
		ck_assert_int_le(due.tv_sec - now.tv_sec, pauses_s[i] + 1);
		ck_assert_int_ge(due.tv_sec - now.tv_sec, pauses_s[i] - 1);
		run_out(operation->timer);
		show(LVMPOLLD_STEP, 1);
	}
}
END_TEST

/* It may be in the kernel, and cannot be killed: it holds up nobody. */
START_TEST(lifecycle_one_that_is_silent_is_told_and_holds_no_turn)
{
	struct operation *operation = begin_step();

	standin_be_silent(lvpoll());
	ck_assert(hears_failed(false));
	ck_assert(lvpoll()->is_terminated);
	ck_assert_uint_eq(operations.scheduler.running, 0);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	/* No second one beside it. */
	ck_assert_ptr_eq(begin(false, "15"), operation);
	ck_assert_uint_eq(standin_started, 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SILENT);
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lifecycle_an_end_that_the_kernel_contradicts_is_none),
		SUITE_TEST(lifecycle_an_end_that_lvm2_proves_is_one_whatever_the_kernel_shows),
		SUITE_TEST(lifecycle_an_end_that_nobody_can_prove_is_none),
		SUITE_TEST(lifecycle_an_end_that_says_nothing_is_asked_about),
		SUITE_TEST(lifecycle_a_report_that_hangs_is_no_answer),
		SUITE_TEST(lifecycle_a_step_that_changes_nothing_is_ended_after_a_time),
		SUITE_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_soon),
		SUITE_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_at_once),
		SUITE_TEST(lifecycle_a_change_before_a_failure_does_not_make_up_for_it),
		SUITE_TEST(lifecycle_what_lvm2_says_has_failed_has),
		SUITE_TEST(lifecycle_stays_in_flight_where_an_attempt_fails),
		SUITE_TEST(lifecycle_a_new_request_causes_an_attempt_at_once),
		SUITE_TEST(lifecycle_who_asks_while_an_attempt_is_made_is_told_too),
		SUITE_TEST(lifecycle_who_waits_is_told_none_the_later_for_what_others_ask),
		SUITE_TEST(lifecycle_who_asks_while_lvm2_is_asked_has_its_time),
		SUITE_TEST(lifecycle_an_lvpoll_that_gets_nowhere_is_none_that_polls),
		SUITE_TEST(lifecycle_without_lvm_in_the_middle_who_waits_hears_101_after_a_while),
		SUITE_TEST(lifecycle_tells_each_request_of_one_device),
		SUITE_TEST(lifecycle_a_signal_of_somebody_else_is_no_end),
		SUITE_TEST(lifecycle_without_lvm_who_waits_hears_101_at_once),
		SUITE_TEST(lifecycle_pauses_grow),
		SUITE_TEST(lifecycle_one_that_is_silent_is_told_and_holds_no_turn),
	};

	return suite_run_fixture("lifecycle_attempts", tests, SUITE_COUNT(tests), create_operations,
		free_operations);
}
