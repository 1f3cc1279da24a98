/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a previous daemon has left behind: its operations, its lvpolls, those who wait. */
#include "config.h"

#include "lifecycle_fixture.h"

/* Resumes an operation with an lvpoll that cannot be adopted, for the reason FAILURE, an errno. */
static struct operation *resume_beside(int failure)
{
	const struct resume_info info = {
		.is_orphan = true,
		.pid = STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.outputs = {-1, -1},
	};

	standin_adopt_failure = failure;
	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	return find(false);
}

static struct operation *resume_with_orphan(void)
{
	struct operation *operation = resume_beside(EMFILE);

	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	return operation;
}

/* As after a crash on a machine that is short of everything. */
START_TEST(lifecycle_does_not_run_beside_what_cannot_be_adopted_yet)
{
	struct operation *operation = resume_with_orphan();

	show(LVMPOLLD_STEP, 1);
	operations_retry_all(&operations);
	ck_assert_uint_eq(standin_started, 0);
	ck_assert_uint_eq(operations.scheduler.waiting, 0);
	run_out(operation->timer);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	standin_adopt_failure = 0;
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(lvpoll()), STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* A copy that fails meanwhile shows only until the rest is copied. */
START_TEST(lifecycle_looks_while_the_lvpoll_of_a_previous_daemon_ends)
{
	struct operation *operation = resume_with_orphan();

	devices_lock(&operations.devices);
	ck_assert(operation->device->watch.is_watched);
	devices_unlock(&operations.devices);
	standin_adopt_failure = 0;
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_uint_eq(count_entries("state.given_up"), 1);
}
END_TEST

/* They hear of it in time, as of an attempt that fails; then it goes on. */
START_TEST(lifecycle_who_waits_for_what_cannot_be_adopted_is_told)
{
	struct operation *operation = resume_with_orphan();

	begin(false, "15");
	run_out(operation->timer);
	ck_assert(hears_nothing_yet(false));
	lose_patience(operation);
	ck_assert(hears_failed(false));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	standin_adopt_failure = 0;
	run_out(operation->timer);
	standin_die(lvpoll(), SIGTERM);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

/* It was told to have failed: nothing runs beside its orphan, and it is not carried out later. */
START_TEST(lifecycle_abort_that_was_told_to_have_failed_waits_for_its_orphan)
{
	struct operation *abort_operation;

	operations.records.is_unread = true;
	abort_operation = begin(true, "15");
	standin_orphans_tell(ORPHANS_CANNOT_TELL, 0);
	run_out(abort_operation->timer);
	ck_assert(hears_nothing_yet(true));
	lose_patience(abort_operation);
	ck_assert(hears_failed(true));
	ck_assert_ptr_eq(find(true), abort_operation);
	operations.records.is_unread = false;
	begin(false, "15");
	ck_assert_int_eq(find(false)->state, STATE_YIELDING);
	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(find(true));
	ck_assert_uint_eq(standin_started, 1);
	ck_assert_int_ne(find(false)->state, STATE_YIELDING);
}
END_TEST

/* Its abort, too, waits until it is gone; and does not wait for ever. */
START_TEST(lifecycle_does_not_abort_beside_what_cannot_be_adopted_yet)
{
	struct operation *operation = resume_with_orphan(), *abort_operation = begin(true, "15");

	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_BUSY);
	ck_assert_ptr_null(standin_find("lvpoll"));
	run_out(operation->timer);
	ck_assert_ptr_null(standin_find("lvpoll"));
	standin_adopt_failure = 0;
	run_out(operation->timer);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	if (abort_operation->state == STATE_BACKING_OFF)
		run_out(abort_operation->timer);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	ck_assert_int_ge(command_pid(lvpoll()), STANDIN_FIRST_PID);
}
END_TEST

START_TEST(lifecycle_goes_on_where_the_former_process_is_gone)
{
	ck_assert_int_eq(resume_beside(ESRCH)->state, STATE_LOOKING);
}
END_TEST

/* One whose process id is not on record is looked for: until it is known nothing is begun. */
static struct operation *resume_with_unknown(void)
{
	const struct resume_info info = {.is_orphan = true, .outputs = {-1, -1}};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_BACKING_OFF);
	ck_assert_int_eq(find(false)->back_off.reason, BACK_OFF_SEARCH);
	ck_assert_int_eq(find(false)->recorded_command, RECORD_STARTING);
	return find(false);
}

START_TEST(lifecycle_cannot_tell_is_no_no)
{
	struct operation *operation = resume_with_unknown();

	show(LVMPOLLD_STEP, 1);
	operations_retry_all(&operations);
	run_out(operation->timer);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SEARCH);
	ck_assert_int_eq(operation->failing_since_ms, 0);
	standin_orphans_tell(ORPHANS_CANNOT_TELL, 0);
	run_out(operation->timer);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_int_gt(operation->failing_since_ms, 0);
	ck_assert_uint_eq(standin_started, 0);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_NONE, 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_int_eq(operation->recorded_command, RECORD_NO_COMMAND);
	show(LVMPOLLD_STEP, 1);
	ck_assert_uint_eq(standin_started, 1);
}
END_TEST

START_TEST(lifecycle_what_is_found_is_ended_first)
{
	struct operation *operation = resume_with_unknown();

	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(lvpoll()), STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* It yields before that is known, and is given back. */
START_TEST(lifecycle_failed_abort_leaves_the_search_to_go_on)
{
	struct operation *operation = resume_with_unknown(), *abort_operation = begin(true, "15");

	ck_assert_int_eq(operation->state, STATE_YIELDING);
	lifecycle_handle(abort_operation, EVENT_NO_PATIENCE);
	lifecycle_settle(&operations);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SEARCH);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

/* A record of it was set aside by this daemon, or one before. */
static void doubt_of(bool is_abort)
{
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, is_abort, "15", NULL);
	char name[NAME_MAX];

	record_make_name(&terms->asked, name, sizeof(name));
	ck_assert_int_eq(record_note_aside(&operations.records, DAMAGED_SUFFIX, name), 0);
	terms_release(terms);
}

static void doubt(void)
{
	doubt_of(false);
}

/* The lvpoll of the poll would run beside it. */
START_TEST(lifecycle_abort_looks_for_the_orphan_of_what_it_aborts)
{
	struct operation *abort_operation;

	doubt();
	abort_operation = begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_SEARCH);
	ck_assert_uint_eq(standin_started, 0);
	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert_int_eq(abort_operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--abort"));
}
END_TEST

/* Its record could be used, that of the other (_i: the poll, or the abort) could not. */
START_TEST(lifecycle_resumed_looks_for_the_orphan_of_the_other)
{
	const struct resume_info idle = {.outputs = {-1, -1}};
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, _i == 0, "15", NULL);
	struct operation *operation;

	doubt_of(_i == 1);
	ck_assert_int_eq(resume_operation(&operations, terms, &idle, NULL), 0);
	operation = find(_i == 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	orphaned_look_for(operation);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SEARCH);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_NONE, 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* It is adopted once, by the operation whose record tells of it. */
START_TEST(lifecycle_orphan_on_record_is_nobody_elses)
{
	resume_with_orphan();
	doubt();
	begin(true, "15");
	ck_assert(standin_orphans->callbacks.is_ours(
		STANDIN_FIRST_PID - 1, standin_orphans->context));
	ck_assert(!standin_orphans->callbacks.is_ours(
		STANDIN_FIRST_PID - 2, standin_orphans->context));
}
END_TEST

/* Nobody is told 0, nor that nothing is there, until lvm2 has said how it stands. */
START_TEST(lifecycle_what_is_in_doubt_is_neither_believed_nor_forgotten)
{
	struct operation *operation;

	doubt();
	ck_assert(hears_failed(false));
	operation = begin(false, "15");
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SEARCH);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_NONE, 0);
	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	ck_assert(hears_nothing_yet(false));
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
	ck_assert(!hear(false).is_found);
}
END_TEST

/* As on record for two system directories: two would be in each other's way. */
START_TEST(lifecycle_resumes_what_two_have_asked_for_once)
{
	const struct resume_info info = {.outputs = {-1, -1}};
	struct terms *other = fixture_terms_of(&fixture_entry, 1, 1, false, "15", "/etc/other");
	struct operation *operation;

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	operation = find(false);
	ck_assert_int_eq(resume_operation(&operations, other, &info, NULL), 0);
	ck_assert_ptr_eq(find(false), operation);
	ck_assert_uint_eq(operations.in_flight, 1);
	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	show_kind(OBSERVED_GONE);
	ck_assert_uint_eq(count_told(), 2);
}
END_TEST

/* As where a daemon could not read the first record, and began anew. */
START_TEST(lifecycle_ends_the_lvpoll_of_a_second_record)
{
	const struct resume_info idle = {.outputs = {-1, -1}}, running = {.is_orphan = true,
								       .pid = STANDIN_FIRST_PID - 1,
								       .start_ticks = 1,
								       .outputs = {-1, -1}};
	struct terms *other = fixture_terms_of(&fixture_entry, 1, 1, false, "15", "/etc/other");
	struct operation *operation;

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &idle, NULL), 0);
	operation = find(false);
	ck_assert_int_eq(resume_operation(&operations, other, &running, NULL), 0);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(lvpoll()), STANDIN_FIRST_PID - 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* After an upgrade: who waits for what could not be resumed must not wait for ever. */
START_TEST(lifecycle_who_waits_for_what_is_not_resumed_is_told)
{
	const struct resume_request_info waits = {.standing = REQUEST_IN_PROGRESS, .count = 2};

	resume_request(&operations, fixture_terms(1, 1), &waits);
	ck_assert(hears_failed(false));
	/* Nor is anything told twice. */
	resume_request(&operations, fixture_terms(1, 1), &waits);
	ck_assert(hears_failed(false));
}
END_TEST

/* It would run on, and another one beside it at the next request. */
START_TEST(lifecycle_an_orphan_that_cannot_be_ended_yet_is_not_forgotten)
{
	struct operation *operation = resume_with_orphan();
	bool has_loss;

	ck_assert_int_eq(operations_forget(&operations, operation->number, false, &has_loss),
		FORGOTTEN_NOT_NOW);
	ck_assert_ptr_eq(find(false), operation);
}
END_TEST

/* The state directory could not be opened when this daemon began: now it can, and is not read. */
/* Its end would be heard by one of them alone, or by both. */
START_TEST(lifecycle_lvpoll_on_two_records_is_adopted_once)
{
	const struct resume_info info = {
		.is_orphan = true,
		.pid = STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.outputs = {-1, -1},
	};
	struct terms *abort_terms = fixture_terms_of(&fixture_entry, 1, 1, true, "15", NULL);

	ck_assert_int_eq(resume_operation(&operations, abort_terms, &info, NULL), 0);
	ck_assert_int_eq(find(true)->state, STATE_ENDING);
	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_YIELDING);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(standin_find("lvpoll"));
	ck_assert_int_eq(find(true)->state, STATE_LOOKING);
}
END_TEST

START_TEST(lifecycle_unread_records_may_tell_of_an_orphan)
{
	operations.records.is_unread = true;
	begin(_i, "15");
	ck_assert_int_eq(find(_i)->back_off.reason, BACK_OFF_SEARCH);
	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lifecycle_does_not_run_beside_what_cannot_be_adopted_yet),
		SUITE_TEST(lifecycle_looks_while_the_lvpoll_of_a_previous_daemon_ends),
		SUITE_TEST(lifecycle_who_waits_for_what_cannot_be_adopted_is_told),
		SUITE_TEST(lifecycle_abort_that_was_told_to_have_failed_waits_for_its_orphan),
		SUITE_TEST(lifecycle_does_not_abort_beside_what_cannot_be_adopted_yet),
		SUITE_TEST(lifecycle_goes_on_where_the_former_process_is_gone),
		SUITE_TEST(lifecycle_cannot_tell_is_no_no),
		SUITE_TEST(lifecycle_what_is_found_is_ended_first),
		SUITE_TEST(lifecycle_failed_abort_leaves_the_search_to_go_on),
		SUITE_TEST(lifecycle_abort_looks_for_the_orphan_of_what_it_aborts),
		SUITE_LOOP(lifecycle_resumed_looks_for_the_orphan_of_the_other, 2),
		SUITE_TEST(lifecycle_orphan_on_record_is_nobody_elses),
		SUITE_TEST(lifecycle_what_is_in_doubt_is_neither_believed_nor_forgotten),
		SUITE_TEST(lifecycle_resumes_what_two_have_asked_for_once),
		SUITE_TEST(lifecycle_ends_the_lvpoll_of_a_second_record),
		SUITE_TEST(lifecycle_who_waits_for_what_is_not_resumed_is_told),
		SUITE_TEST(lifecycle_an_orphan_that_cannot_be_ended_yet_is_not_forgotten),
		SUITE_TEST(lifecycle_lvpoll_on_two_records_is_adopted_once),
		SUITE_LOOP(lifecycle_unread_records_may_tell_of_an_orphan, 2),
	};

	return suite_run_fixture(
		"lifecycle_resumed", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
