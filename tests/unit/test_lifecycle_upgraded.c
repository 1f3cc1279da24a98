/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program before an upgrade has handed over: operations, lvpolls, those who wait. */
#include "config.h"

#include "handover_fixture.h"
#include "upgrade/fields.h"

START_TEST(lifecycle_results_are_told_after_an_upgrade)
{
	const struct resume_info left = {.is_child = true, .outputs = {-1, -1}};
	const struct resume_request_info told = {.standing = REQUEST_FINISHED,
		.result = {.by_signal = true, .value = 9},
		.told_at_s = boot_clock_ms() / 1000};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &left, NULL), 0);
	resume_request(&operations, fixture_terms(1, 1), &told);
	ck_assert(hears(false, true, 9));
	ck_assert_int_eq(find(false)->state, STATE_LOOKING);
	/* A new request joins what is still in flight. */
	begin(false, "15");
	ck_assert(hears_nothing_yet(false));
	ck_assert_uint_eq(operations.in_flight, 1);
}
END_TEST

/* An upgrade while it is looked at: who waits hears of the failure at the same time. */
START_TEST(lifecycle_an_upgrade_does_not_keep_anybody_waiting)
{
	const struct resume_info info = {.is_child = true,
		.outputs = {-1, -1},
		.back_off = {.reason = BACK_OFF_STATUS, .count = 3},
		.failing_since_ms = 1};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_LOOKING);
	ck_assert_int_eq(find(false)->failing_since_ms, 1);
	ck_assert_uint_eq(find(false)->back_off.count, 3);
}
END_TEST

/* The state directory was removed, and is made by the program after an upgrade. */
START_TEST(lifecycle_is_recorded_in_the_directory_of_an_upgrade)
{
	const struct resume_info info = {.is_child = true, .outputs = {-1, -1}};
	const struct resume_info dormant = {.is_child = true,
		.outputs = {-1, -1},
		.state = STATE_DORMANT,
		.timer_due_ms = boot_clock_ms() + 1000000};

	operations.records.is_unread = true;
	ck_assert_int_eq(
		resume_operation(&operations, fixture_terms(1, 1), _i ? &dormant : &info, NULL), 0);
	ck_assert_uint_eq(count_entries(_i ? "state.dormant" : "state"), 1);
	ck_assert_uint_eq(count_entries(_i ? "state" : "state.dormant"), 0);
}
END_TEST

/* As handed over by the program before an upgrade, with what it knew of its lvpoll. */
static struct operation *take_over_step(uint64_t signature, bool has_shown_more)
{
	const struct resume_info info = {
		.is_child = true,
		.pid = STANDIN_FIRST_PID - 1,
		.outputs = {-1, -1},
		.purpose = ATTEMPT_STEP,
		.signature = signature,
		.has_shown_more = has_shown_more,
		.timer_due_ms = boot_clock_ms() + 1000,
	};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_RUNNING);
	ck_assert(seen_running);
	return find(false);
}

/* Else it would be noticed when all the time for a step is over. */
START_TEST(lifecycle_step_that_is_done_after_an_upgrade_is_noticed)
{
	take_over_step(1, false);
	show(LVMPOLLD_STEP, 1);
	ck_assert(!lvpoll()->is_terminated);
	show(LVMPOLLD_WATCH, 2);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

/* Likewise where the kernel shows that nothing is copied, and lvpoll has said that there is more.
 */
START_TEST(lifecycle_step_that_waits_after_an_upgrade_is_ended)
{
	take_over_step(1, _i == 1);
	show(LVMPOLLD_STEP, 2);
	ck_assert_int_eq(lvpoll()->is_terminated, _i == 1);
}
END_TEST

START_TEST(lifecycle_step_has_no_more_time_by_an_upgrade)
{
	struct operation *operation = take_over_step(1, false);

	ck_assert_int_le(operation->timer_due_ms, boot_clock_ms() + 1000);
	run_out(operation->timer);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

/* Its record could not be written before the upgrade, and it is over at once after that. */
START_TEST(lifecycle_what_ends_at_an_upgrade_leaves_no_record)
{
	const struct resume_info info = {
		.is_child = true, .outputs = {-1, -1}, .is_record_stale = true};
	struct terms *terms = fixture_terms(1, 1);

	ck_assert_int_eq(losses_take_over(&operations, terms), 0);
	ck_assert_int_eq(resume_operation(&operations, terms, &info, NULL), 0);
	ck_assert_ptr_eq(TAILQ_FIRST(&operations.list), NULL);
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

/* What the program after an upgrade learns of the evidence that is on no record. */
static int read_evidence(
	const struct wire_message *message, void *context, struct lvmpolld_error *unused)
{
	const struct record record = {
		.log_boot_id = boot_id(), .table_before = 1, .gone = {.is_read = true}};

	(void)unused;
	if (!strcmp(wire_string(message, "item"), "operation"))
		*(struct evidence *)context = fields_operation(message, &record).evidence;
	return 0;
}

static struct evidence handed_over(void)
{
	struct evidence evidence = {0};

	hand_over(read_evidence, &evidence);
	return evidence;
}

/* Else what was taken for ours may be the step of somebody else. */
START_TEST(lifecycle_what_no_daemon_has_seen_is_not_known_after_an_upgrade)
{
	struct evidence *evidence = &begin(false, "15")->evidence;

	show(LVMPOLLD_WATCH, 1);
	ck_assert(!handed_over().is_step_unknown && !handed_over().is_unwatched);
	evidence->is_step_unknown = true;
	ck_assert(handed_over().is_step_unknown && !handed_over().is_unwatched);
	evidence->is_step_unknown = false;
	evidence->is_unwatched = true;
	ck_assert(!handed_over().is_step_unknown && handed_over().is_unwatched);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lifecycle_results_are_told_after_an_upgrade),
		SUITE_TEST(lifecycle_an_upgrade_does_not_keep_anybody_waiting),
		SUITE_LOOP(lifecycle_is_recorded_in_the_directory_of_an_upgrade, 2),
		SUITE_TEST(lifecycle_step_that_is_done_after_an_upgrade_is_noticed),
		SUITE_LOOP(lifecycle_step_that_waits_after_an_upgrade_is_ended, 2),
		SUITE_TEST(lifecycle_step_has_no_more_time_by_an_upgrade),
		SUITE_TEST(lifecycle_what_ends_at_an_upgrade_leaves_no_record),
		SUITE_TEST(lifecycle_what_no_daemon_has_seen_is_not_known_after_an_upgrade),
	};

	return suite_run_fixture("lifecycle_upgraded", tests, SUITE_COUNT(tests), create_operations,
		free_operations);
}
