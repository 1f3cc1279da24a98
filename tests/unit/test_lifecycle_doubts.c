/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a copy, from its beginning to what lvm2 says of the end. */
#include "config.h"

#include "verifying_fixture.h"

/* The device is gone, and lvm2 gives no answer for a while, in which another disk fails. */
static void end_before_a_failure(struct operation *operation)
{
	look(GONE, 0, false);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	standin_exit(standin_find("report"), 5);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
}

static void assert_over(struct operation *operation)
{
	run_out(operation->timer);
	look(GONE, 0, true);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(false));
	ck_assert(hears(false, false, 0));
}

START_TEST(failure_after_the_device_has_gone_is_none)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	end_before_a_failure(operation);
	ck_assert(is_on_record("\ngone_log = 200\n"));
	assert_over(operation);
}
END_TEST

/* The program was replaced meanwhile: the new one looks for the first time after the failure. */
START_TEST(failure_after_the_device_has_gone_is_none_after_an_upgrade)
{
	struct operation *operation;
	struct resume_info info = {.is_child = true,
		.is_asking = true,
		.evidence.table = TABLE,
		.evidence.log_from = 100};

	info.evidence.gone = log_with(false);
	operation = resume_move(info);
	look(GONE, 0, true);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
}
END_TEST

/* It was not active, and copies again: what fails then is its own. */
START_TEST(failure_after_the_device_has_come_back_counts)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	end_before_a_failure(operation);
	run_out(operation->timer);
	look(COPYING, TABLE, false);
	ck_assert(!is_on_record("\ngone_log = "));
	look(GONE, 0, true);
	report(fixture_group_row(1, false));
	ck_assert(hears_failed(false));
}
END_TEST

/* It may be active again, and gone again, while no daemon runs: a record must not tell the first.
 */
START_TEST(dormant_record_does_not_tell_when_the_device_has_gone)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	look(GONE, 0, false);
	ck_assert(is_on_record("\ngone_log = 200\n"));
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_DORMANT);
	ck_assert(operation->evidence.gone.is_read);
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	ck_assert(is_on_record("\ntable = 10\n"));
	ck_assert(!is_on_record("\ngone_log = "));
}
END_TEST

/* The step was proved, and not made: after that the data is copied anew, while nobody looks. */
START_TEST(device_that_was_gone_copies_anew)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	look(COPIED, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_uint_eq(operation->evidence.table, 0);
	standin_exit(lvpoll(), 5);
	look(GONE, 0, false);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_DORMANT);
	/* No step begins, which would be proved anew. */
	configuration->lvm_max_running = 0;
	look(COPIED, TABLE, false);
	ck_assert_uint_eq(operation->evidence.table, TABLE);
	ck_assert(!operation->evidence.is_complete);
}
END_TEST

/* Likewise while the lvpoll of that step waits. */
START_TEST(device_that_was_gone_meanwhile_copies_anew)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	look(COPIED, TABLE, false);
	look(GONE, 0, false);
	look(COPIED, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_uint_eq(operation->evidence.table, TABLE);
}
END_TEST

/* What was seen of it while it was dormant is on record afterwards. */
START_TEST(record_is_written_anew_after_a_dormant_state)
{
	begin_move();
	look(COPYING, TABLE, false);
	look(GONE, 0, false);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(find(false)->state, STATE_DORMANT);
	look(COPYING, TABLE + 1, false);
	ck_assert_int_eq(find(false)->state, STATE_COPYING);
	ck_assert(is_on_record("\ntable = 11\n"));
}
END_TEST

/* Also of what tells no percentage: what fails after the step has begun is about something else. */
START_TEST(last_step_is_known)
{
	struct observation gone = GONE;

	begin_move();
	look(COPIED, TABLE, false);
	ck_assert_int_eq(find(false)->state, STATE_RUNNING);
	ck_assert_double_lt(device_progress(find(false)->device).percent, 0);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	gone.log = log_with(true);
	gone.log.next += 100;
	gone.log.failure_end = gone.log.told_end = gone.log.next;
	note(gone);
	lifecycle_on_news(&operations);
	ck_assert(hears(false, false, 0));
}
END_TEST

/* The step fell due, waits for its turn, and then the monitor has seen SEEN in TABLE. */
static struct operation *take_turn_after(struct observation seen, uint64_t table, bool has_failure)
{
	struct operation *operation = begin_move();
	struct device *device = operation->device;
	unsigned turns = configuration->lvm_max_running;

	configuration->lvm_max_running = 0;
	look(COPYING, TABLE, false);
	look(COPIED, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_WAITING);
	device_lock(device);
	seen.epoch = device->observation.epoch;
	seen.signature = seen.table_signature = table;
	seen.log = log_by_now = log_with(has_failure);
	device->observation = seen;
	device_unlock(device);
	configuration->lvm_max_running = turns;
	lifecycle_settle(&operations);
	return operation;
}

/* By now somebody else has let go of it, or the device is suspended. */
START_TEST(step_that_is_not_proved_any_more_does_not_begin)
{
	struct operation *operation = _i == 0 ? take_turn_after(EMPTY, TABLE + 1, true)
					      : take_turn_after(SUSPENDED, TABLE, true);

	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_ptr_null(standin_find("lvpoll"));
	ck_assert_uint_eq(operation->evidence.table, TABLE);
	if (_i == 0) {
		look(EMPTY, TABLE + 1, true);
		ck_assert_int_eq(operation->state, STATE_ASKING);
	} else {
		look(SUSPENDED, TABLE, true);
		ck_assert_int_eq(operation->state, STATE_COPYING);
	}
}
END_TEST

/* The log has proved all that was copied so far. */
START_TEST(step_of_a_suspended_device_begins_where_nothing_is_in_doubt)
{
	struct operation *operation = take_turn_after(SUSPENDED, TABLE, false);

	ck_assert_int_eq(operation->state, STATE_RUNNING);
	/* Nothing of it is proved by what is not seen. */
	ck_assert_uint_eq(operation->evidence.table, TABLE);
	ck_assert_uint_eq(operation->evidence.table_before, 0);
}
END_TEST

#define STUCK ((struct observation){.kind = OBSERVED_SUSPENDED, .is_stalled = true})

/* No lvpoll may be run for it, in doubt: whoever waits is told, when it lasts. */
START_TEST(suspended_device_has_a_patience)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, true);
	look(SUSPENDED, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_int_eq(operation->failing_since_ms, 0);
	look(STUCK, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SUSPENDED);
	ck_assert(hears_nothing_yet(false));
	/* It is looked at again, and that takes as long until it is found to be stuck. */
	run_out(operation->timer);
	look(SUSPENDED, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	lose_patience(operation);
	ck_assert(hears_failed(false));
	ck_assert_ptr_nonnull(find(false));
}
END_TEST

START_TEST(device_that_goes_on_is_no_failure)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, true);
	look(STUCK, TABLE, true);
	look(SUSPENDED, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	look(COPYING, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_int_eq(operation->failing_since_ms, 0);
	look(COPYING, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert(hears_nothing_yet(false));
}
END_TEST

/* lvm2 may have it no more. It is asked once an hour, for as long as nothing is copied. */
START_TEST(move_that_stands_still_is_asked_about)
{
	struct observation unmoved = COPYING;
	struct operation *operation = begin_move();

	unmoved.is_stalled = true;
	look(COPYING, TABLE, false);
	look(unmoved, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_UNMOVED);
	ck_assert_int_gt(operation->timer_due_ms, boot_clock_ms() + INT64_C(3500) * 1000);
	ck_assert_int_eq(operation->failing_since_ms, 0);
	look(unmoved, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	/* It copies again. */
	device_lock(operation->device);
	operation->device->progress.percent = 50;
	device_unlock(operation->device);
	look(COPYING, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	look(COPYING, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	/* By the metadata it is over, whatever the kernel shows. */
	look(unmoved, TABLE, false);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
}
END_TEST

/* What an lvpoll has failed with, long ago, is no reason of that. */
START_TEST(move_that_stands_still_after_a_failure_has_that_behind_it)
{
	struct observation unmoved = COPYING;
	struct operation *operation = begin_move();

	unmoved.is_stalled = true;
	look(EMPTY, TABLE, false);
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_STATUS);
	look(COPYING, TABLE + 1, false);
	look(COPYING, TABLE + 1, false);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	look(unmoved, TABLE + 1, false);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_UNMOVED);
}
END_TEST

/* After an upgrade: lvm2's word alone would prove nothing. */
START_TEST(move_that_was_asked_about_waits_for_a_look_in_a_shortage)
{
	struct operation *operation;

	operations.monitor = NULL;
	operations.monitor_failure = EMFILE;
	operation = resume_move((struct resume_info){.is_asking = true});
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_UNWATCHED);
	ck_assert_ptr_null(standin_find("report"));
}
END_TEST

/* It might let go of what is not copied: it is ended, and what the kernel shows decides. */
START_TEST(lvpoll_that_polls_is_ended_in_doubt)
{
	struct operation *operation = begin_move();

	look(STRANGE, TABLE, false);
	ck_assert_int_eq(operation->attempt.purpose, ATTEMPT_POLL);
	look(STRANGE, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	look(STRANGE, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	look(STRANGE, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_UNVERIFIED);
	ck_assert_ptr_null(standin_find("lvpoll"));
	ck_assert(hears_nothing_yet(false));
}
END_TEST

/* The lines of the table are the same: only what the plugin makes of them has changed. */
START_TEST(copying_ends_the_pause_of_a_table_that_was_not_understood)
{
	struct operation *operation = begin_move();

	look(STRANGE, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_UNVERIFIED);
	look(STRANGE, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	look(COPYING, TABLE, true);
	look(COPYING, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_int_eq(operation->failing_since_ms, 0);
	ck_assert(hears_nothing_yet(false));
}
END_TEST

/* The log tells of another failure, of whatever disk, during each comparison: people hear of it. */
START_TEST(doubt_that_no_comparison_ends_is_told)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	operation->evidence.compared = TABLE;
	operation->evidence.vain = 2;
	look(COPIED, TABLE, true);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_UNVERIFIED);
	ck_assert(!operation->comparison);
	lose_patience(operation);
	ck_assert(hears_failed(false));
}
END_TEST

/* A copy may fail while others have their turns: the look before does not tell. */
START_TEST(step_is_looked_at_anew_where_the_log_tells_of_a_failure_before_its_turn)
{
	struct operation *operation = begin_move();

	configuration->lvm_max_running = 0;
	look(COPYING, TABLE, false);
	look(COPIED, TABLE, false);
	ck_assert_int_eq(operation->state, STATE_WAITING);
	log_by_now = log_with(_i == 1);
	configuration->lvm_max_running = 1;
	lifecycle_settle(&operations);
	ck_assert_int_eq(operation->state, _i == 1 ? STATE_LOOKING : STATE_RUNNING);
}
END_TEST

/* A new device in its place counts its events anew, and may look the same: it was never compared.
 */
START_TEST(comparison_ends_with_its_device)
{
	struct operation *operation = begin_move();

	look(COPYING, TABLE, false);
	operation->evidence.compared = TABLE;
	look(GONE, 0, false);
	ck_assert_uint_eq(operation->evidence.compared, 0);
}
END_TEST

/* The lvpoll of a previous daemon is gone: whether it made its step nobody has seen. */
START_TEST(doubt_of_a_step_whose_lvpoll_ended_unseen)
{
	struct resume_info info = {.is_orphan = true,
		.pid = STANDIN_FIRST_PID - 1,
		.evidence.table_before = TABLE,
		.evidence.log_from = 100};

	standin_adopt_failure = ESRCH;
	ck_assert(resume_move(info)->evidence.is_step_unknown);
	standin_adopt_failure = 0;
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(comparison_ends_with_its_device),
		SUITE_LOOP(
			step_is_looked_at_anew_where_the_log_tells_of_a_failure_before_its_turn, 2),
		SUITE_TEST(failure_after_the_device_has_gone_is_none),
		SUITE_TEST(failure_after_the_device_has_gone_is_none_after_an_upgrade),
		SUITE_TEST(failure_after_the_device_has_come_back_counts),
		SUITE_TEST(dormant_record_does_not_tell_when_the_device_has_gone),
		SUITE_TEST(device_that_was_gone_copies_anew),
		SUITE_TEST(device_that_was_gone_meanwhile_copies_anew),
		SUITE_TEST(record_is_written_anew_after_a_dormant_state),
		SUITE_TEST(last_step_is_known),
		SUITE_LOOP(step_that_is_not_proved_any_more_does_not_begin, 2),
		SUITE_TEST(step_of_a_suspended_device_begins_where_nothing_is_in_doubt),
		SUITE_TEST(suspended_device_has_a_patience),
		SUITE_TEST(device_that_goes_on_is_no_failure),
		SUITE_TEST(move_that_stands_still_is_asked_about),
		SUITE_TEST(move_that_stands_still_after_a_failure_has_that_behind_it),
		SUITE_TEST(move_that_was_asked_about_waits_for_a_look_in_a_shortage),
		SUITE_TEST(lvpoll_that_polls_is_ended_in_doubt),
		SUITE_TEST(copying_ends_the_pause_of_a_table_that_was_not_understood),
		SUITE_TEST(doubt_that_no_comparison_ends_is_told),
		SUITE_TEST(doubt_of_a_step_whose_lvpoll_ended_unseen),
	};

	return suite_run_fixture(
		"lifecycle_doubts", tests, SUITE_COUNT(tests), create, free_operations);
}
