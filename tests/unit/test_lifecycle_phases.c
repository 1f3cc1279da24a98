/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations with phases: a step may be made by another lvm command, which ends by itself. */
#include "config.h"

#include "lifecycle_fixture.h"
#include "process/arguments.h"

#define PHASE_OF_LVPOLL 2
#define PHASE_UNKNOWN   3

static int build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	static const char *const names[] = {"lvchange", "lvconvert", "lvpoll", "vgremove"};

	(void)error;
	if (request->abort)
		return arguments_add_format(arguments, "lvchange") < 0 ||
		       arguments_add(arguments, "--back") < 0;
	return arguments_add(arguments, names[request->phase]) < 0 ||
	       arguments_add_format(arguments, "%s/%s", request->vg_name, request->lv_name) < 0;
}

static const char *const commands[] = {"lvchange", "lvconvert", NULL};

static const struct lvmpolld_plugin phased_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "phased",
	.operation = "phased",
	.description = "Has phases",
	.supports_abort = true,
	.build_arguments = build_arguments,
	.read_line = fixture_read_line,
	.commands = commands,
};

static const struct plugin_entry phased_entry = {
	.name = (char *)"phased",
	.interface = &phased_plugin,
	.monitor = PLUGIN_MONITOR_KERNEL,
};

static struct terms *phased_terms(bool is_abort)
{
	return fixture_terms_of(&phased_entry, 1, 1, is_abort, "15", NULL);
}

static struct operation *begin_phased(bool is_abort)
{
	ck_assert_int_eq(operations_begin(&operations, phased_terms(is_abort), &waiter),
		OPERATIONS_ACCEPTED);
	return find(is_abort);
}

/* The kernel shows a table in which PHASE is due, or comes next. */
static void show_phase(enum lvmpolld_verdict verdict, uint64_t signature, unsigned phase)
{
	struct operation *operation = find(false);

	device_lock(operation->device);
	operation->device->progress.phase = phase;
	device_unlock(operation->device);
	show(verdict, signature);
}

static struct command *running(const char *name)
{
	struct command *command = standin_find(name);

	ck_assert_ptr_nonnull(command);
	ck_assert(!command->is_terminated);
	return command;
}

/* Its lvchange runs. */
static struct operation *begin_lvchange(void)
{
	struct operation *operation = begin_phased(false);

	show_phase(LVMPOLLD_STEP, 1, 0);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	running("lvchange");
	return operation;
}

START_TEST(phases_have_commands_of_their_own)
{
	struct operation *operation = begin_lvchange();

	standin_exit(running("lvchange"), 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show_phase(LVMPOLLD_WATCH, 1, 0);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	/* An older daemon would run the next one as if it was lvpoll: it is to find no plugin. */
	ck_assert(is_on_record("\noperation = \"phased with phases\"\n"));
	show_phase(LVMPOLLD_STEP, 2, 1);
	ck_assert(strstr(running("lvconvert")->line, " lvconvert vg1/lv1"));
	standin_exit(running("lvconvert"), 0);
	show_phase(LVMPOLLD_DONE, 3, 0);
	ck_assert(hears(false, false, 0));
	ck_assert_uint_eq(standin_started, 2);
}
END_TEST

/* A command that says that all is well, and has changed nothing, would be run again at once. */
START_TEST(phase_that_stays_is_tried_again_after_a_pause)
{
	struct operation *operation = begin_lvchange();

	standin_exit(running("lvchange"), 0);
	show_phase(LVMPOLLD_STEP, 1, 0);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_VAIN);
	ck_assert_uint_eq(standin_started, 1);
	run_out(operation->timer);
	show_phase(LVMPOLLD_STEP, 1, 0);
	ck_assert_uint_eq(standin_started, 2);
}
END_TEST

START_TEST(phase_whose_command_fails_is_tried_again_after_a_pause)
{
	struct operation *operation = begin_lvchange();

	standin_exit(running("lvchange"), 5);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_STATUS);
}
END_TEST

/* An lvpoll would be ended. */
START_TEST(phase_command_is_ended_by_nothing_that_is_seen)
{
	struct operation *operation = begin_lvchange();

	ck_assert(!event_pending(operation->timer, EV_TIMEOUT, NULL));
	standin_print(running("lvchange"), "at 50");
	show_phase(LVMPOLLD_WATCH, 2, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert(!event_pending(operation->timer, EV_TIMEOUT, NULL));
	standin_be_silent(running("lvchange"));
	running("lvchange");
	/* What it prints is no progress. */
	ck_assert_double_ne(device_progress(operation->device).percent, 50);
	standin_exit(running("lvchange"), 0);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SILENT);
}
END_TEST

/* The next daemon finds it. */
START_TEST(phase_command_outlives_the_daemon)
{
	begin_lvchange();
	operations_stop(&operations);
	running("lvchange");
	ck_assert(!operations_any_command(&operations));
	ck_assert(is_on_record("lvm_command_name = \"lvchange\""));
	ck_assert(is_on_record("started_operation = \"phased\""));
}
END_TEST

START_TEST(phase_command_is_waited_for_by_an_abort)
{
	struct operation *operation = begin_lvchange(), *abort_operation = begin_phased(true);

	ck_assert_int_eq(operation->state, STATE_ENDING);
	show_phase(LVMPOLLD_STEP, 1, 0);
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_BUSY);
	ck_assert_uint_eq(standin_started, 1);
	standin_exit(running("lvchange"), 0);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	show_phase(LVMPOLLD_WATCH, 1, 0);
	ck_assert(strstr(running("lvchange")->line, " lvchange --back"));
	/* Unlike an lvpoll that exits with 0 it has done it, unless the kernel contradicts. */
	standin_exit(running("lvchange"), 0);
	ck_assert_int_eq(abort_operation->state, STATE_CONFIRMING);
	show_phase(LVMPOLLD_STEP, 1, 0);
	ck_assert(hears(true, false, 0));
	ck_assert(hears(false, true, SIGTERM));
}
END_TEST

/* An administrator has it forgotten: what is in flight is not cut short for that. */
START_TEST(phase_command_is_waited_for_where_its_operation_is_forgotten)
{
	struct operation *operation = begin_lvchange();
	bool has_loss;

	ck_assert_int_eq(operations_forget(&operations, operation->number, false, &has_loss),
		FORGOTTEN_AT_ITS_END);
	standin_exit(running("lvchange"), 0);
	lifecycle_settle(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

static void resume_with(const struct resume_info *info, bool is_abort)
{
	ck_assert_int_eq(resume_operation(&operations, phased_terms(is_abort), info, NULL), 0);
}

static void end_unknown(const char *name)
{
	standin_end(running(name),
		(struct process_end){.by_signal = true, .value = SIGTERM, .is_unknown = true});
}

/* That it is forgotten is on record: the next daemon waits for the command, and does no more. */
START_TEST(phase_command_that_was_forgotten_is_not_gone_on_with)
{
	struct resume_info info = {
		.is_orphan = true,
		.is_forgotten = true,
		.pid = _i == 1 ? 0 : STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.command_name = "lvchange",
		.outputs = {-1, -1},
	};
	struct operation *operation = begin_lvchange();
	bool has_loss;

	operations_forget(&operations, operation->number, false, &has_loss);
	ck_assert(is_on_record("forgotten = 1"));
	operations_stop(&operations);
	ck_assert(is_on_record("forgotten = 1"));
	free_operations();
	create_operations();
	/* It has ended meanwhile. */
	if (_i == 1)
		info.is_orphan = false;
	standin_adopt_failure = _i == 2 ? EMFILE : 0;
	resume_with(&info, false);
	if (_i == 2) {
		operation = find(false);
		ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
		standin_adopt_failure = 0;
		run_out(operation->timer);
	}
	if (_i != 1) {
		ck_assert(is_on_record("forgotten = 1"));
		ck_assert_int_eq(find(false)->state, STATE_ENDING);
		end_unknown("lvchange");
	}
	lifecycle_settle(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert_ptr_null(standin_find("lvconvert"));
}
END_TEST

START_TEST(phase_command_that_is_asked_for_again_is_not_forgotten)
{
	struct operation *operation = begin_lvchange();
	bool has_loss;

	operations_forget(&operations, operation->number, false, &has_loss);
	begin_phased(false);
	ck_assert(!is_on_record("forgotten"));
	standin_exit(running("lvchange"), 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* What the table shows, and whether the abort is run again, or what its clients hear. */
static const struct {
	enum lvmpolld_verdict verdict;
	unsigned phase;
	bool is_run, is_over;
} aborted[] = {
	{LVMPOLLD_STEP, 0, false, true},
	{LVMPOLLD_STEP, 1, true, false},
	{LVMPOLLD_WATCH, 0, true, false},
	{LVMPOLLD_POLL, 0, true, false},
	{LVMPOLLD_DONE, 0, false, false},
};

static void resume_abort(const struct resume_info *abort_info)
{
	const struct resume_info info = {.is_being_aborted = true, .outputs = {-1, -1}};

	resume_with(abort_info, true);
	resume_with(&info, false);
	ck_assert_int_eq(find(false)->state, STATE_YIELDING);
}

static void check_aborted(int i)
{
	ck_assert_int_eq(find(true)->state, STATE_LOOKING);
	show_phase(aborted[i].verdict, 1, aborted[i].phase);
	ck_assert_int_eq(!!standin_find("lvchange"), aborted[i].is_run);
	if (aborted[i].is_run)
		return;
	ck_assert_ptr_null(find(true));
	ck_assert_int_eq(!find(false), aborted[i].is_over);
}

static const struct resume_info left_abort = {.is_orphan = true,
	.pid = STANDIN_FIRST_PID - 1,
	.start_ticks = 1,
	.command_name = "lvchange",
	.outputs = {-1, -1},
	.end = ATTEMPT_END_UNKNOWN,
	.purpose = ATTEMPT_ABORT};

START_TEST(phase_abort_whose_end_is_unknown_is_read_from_the_table)
{
	resume_abort(&left_abort);
	end_unknown("lvchange");
	check_aborted(_i);
}
END_TEST

/* Between two daemons, or before it could be adopted. */
START_TEST(phase_abort_that_ended_meanwhile_is_read_from_the_table)
{
	struct resume_info info = left_abort;

	if (_i % 2 == 0)
		info.is_orphan = false;
	else
		standin_adopt_failure = ESRCH;
	resume_abort(&info);
	check_aborted(_i);
}
END_TEST

/* It was started for what is aborted: that it has changed nothing does not say that it is over. */
START_TEST(phase_abort_is_not_over_by_another_command)
{
	struct resume_info info = left_abort;

	info.end = ATTEMPT_ENDED_ITSELF;
	info.purpose = ATTEMPT_POLL;
	resume_abort(&info);
	end_unknown("lvchange");
	show_phase(LVMPOLLD_STEP, 1, 0);
	running("lvchange");
}
END_TEST

/* The kernel shows that there is nothing left to be aborted. */
START_TEST(phase_abort_that_comes_too_late_has_failed)
{
	begin_phased(false);
	show_phase(LVMPOLLD_WATCH, 1, 0);
	begin_phased(true);
	show_phase(LVMPOLLD_WATCH, 1, 0);
	standin_exit(running("lvchange"), 5);
	ck_assert_int_eq(find(true)->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(find(true)->state, STATE_BACKING_OFF);
	run_out(find(true)->timer);
	show_phase(LVMPOLLD_DONE, 2, 0);
	ck_assert(hears(true, false, 5));
	ck_assert_uint_eq(standin_started, 2);
}
END_TEST

/* The next daemon must not run it again for nothing. */
START_TEST(phase_command_that_ends_at_a_stop_is_on_record)
{
	begin_lvchange();
	operations_stop(&operations);
	ck_assert_int_eq(find(false)->state, STATE_ENDING);
	standin_exit(running("lvchange"), 0);
	ck_assert(is_on_record("lvm_command_name = \"lvchange\""));
}
END_TEST

/* Whoever asks then has asked for an operation that goes on. */
START_TEST(phase_command_that_cannot_be_adopted_yet_may_be_asked_for_again)
{
	const struct resume_info info = {
		.is_orphan = true,
		.is_forgotten = true,
		.pid = STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.command_name = "lvchange",
		.outputs = {-1, -1},
	};

	standin_adopt_failure = EMFILE;
	resume_with(&info, false);
	ck_assert_int_eq(find(false)->back_off.reason, BACK_OFF_ORPHAN);
	/* A SIGHUP asks for nothing. */
	operations_retry_all(&operations);
	ck_assert(find(false)->is_forgotten);
	begin_phased(false);
	ck_assert(!is_on_record("forgotten"));
	standin_adopt_failure = 0;
	run_out(find(false)->timer);
	end_unknown("lvchange");
	ck_assert_int_eq(find(false)->state, STATE_LOOKING);
}
END_TEST

/* It is accepted, and waits for a table: it is no shortage of memory. */
START_TEST(phases_of_what_is_not_watched_are_waited_for)
{
	operations.monitor = NULL;
	begin_phased(false);
	ck_assert_int_eq(find(false)->state, STATE_BACKING_OFF);
	ck_assert_uint_eq(standin_started, 0);
}
END_TEST

/* It is half way: that lvm cannot be executed is not told at once. */
START_TEST(phase_that_has_begun_is_seen_through)
{
	struct operation *operation = begin_lvchange();

	standin_exit(running("lvchange"), 0);
	show_phase(LVMPOLLD_STEP, 2, 1);
	standin_exit(running("lvconvert"), 127);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_EXECUTABLE);
	ck_assert(hears_nothing_yet(false));
}
END_TEST

/* Each says that all is well, or fails, and the other one is due again: no progress. */
START_TEST(phases_in_turn_are_tried_again_after_growing_pauses)
{
	struct operation *operation = begin_lvchange();
	unsigned started;

	standin_exit(running("lvchange"), 0);
	show_phase(LVMPOLLD_STEP, 2, 1);
	for (unsigned i = 0; i < 5; i++) {
		const char *name = i % 2 == 0 ? "lvconvert" : "lvchange";

		started = standin_started;
		standin_exit(running(name), 0);
		show_phase(LVMPOLLD_STEP, 1 + i % 2, i % 2);
		ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
		ck_assert_uint_eq(operation->back_off.count, i + 1);
		show_phase(LVMPOLLD_STEP, 2 - i % 2, 1 - i % 2);
		ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
		ck_assert_uint_eq(standin_started, started);
		run_out(operation->timer);
		show_phase(LVMPOLLD_STEP, 1 + i % 2, i % 2);
	}
	/* Data is on its way. */
	standin_exit(running("lvchange"), 0);
	show_phase(LVMPOLLD_WATCH, 1, 0);
	ck_assert_uint_eq(operation->back_off.count, 0);
	show_phase(LVMPOLLD_STEP, 2, 1);
	running("lvconvert");
}
END_TEST

/* How it ended nobody can know: the table tells. */
START_TEST(phase_command_of_a_previous_daemon_is_waited_for)
{
	const struct resume_info info = {
		.is_orphan = true,
		.pid = STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.command_name = "lvconvert",
		.outputs = {-1, -1},
	};
	struct operation *operation;

	ck_assert_int_eq(resume_operation(&operations, phased_terms(false), &info, NULL), 0);
	operation = find(false);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(running("lvconvert")), STANDIN_FIRST_PID - 1);
	ck_assert(is_on_record("lvm_command_name = \"lvconvert\""));
	standin_end(running("lvconvert"),
		(struct process_end){.by_signal = true, .value = SIGTERM, .is_unknown = true});
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	/* Nobody is told of a signal that there was none of. */
	ck_assert(!operation->attempt.result.by_signal && operation->attempt.result.value == 0);
	ck_assert(!operation->failing_result.by_signal && operation->failing_result.value == 0);
	show_phase(LVMPOLLD_DONE, 3, 0);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

START_TEST(phase_command_goes_on_after_an_upgrade)
{
	const struct resume_info info = {
		.is_child = true,
		.pid = STANDIN_FIRST_PID - 1,
		.command_name = "lvconvert",
		.phase = 1,
		.outputs = {-1, -1},
		.purpose = ATTEMPT_STEP,
		.is_ended = _i == 1,
		.ending = ENDING_STEP_DONE,
	};
	struct operation *operation;

	ck_assert_int_eq(resume_operation(&operations, phased_terms(false), &info, NULL), 0);
	operation = find(false);
	ck_assert_int_eq(operation->state, _i == 1 ? STATE_ENDING : STATE_RUNNING);
	ck_assert(!event_pending(operation->timer, EV_TIMEOUT, NULL));
	ck_assert_uint_eq(operation_asked(operation).phase, 1);
	show_phase(LVMPOLLD_STEP, 1, 1);
	standin_exit(running("lvconvert"), 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* An lvpoll looks for itself; another command does what it says. */
START_TEST(phase_command_is_not_run_where_the_table_is_not_understood)
{
	struct operation *operation = begin_phased(false);

	show_phase(LVMPOLLD_POLL, 1, 0);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_STARTED);
	ck_assert_uint_eq(standin_started, 0);
	ck_assert(!is_on_record("lvm_command_name"));
}
END_TEST

START_TEST(phase_command_is_not_run_where_nothing_moves)
{
	struct operation *operation = begin_phased(false);

	note((struct observation){
		.kind = OBSERVED, .verdict = LVMPOLLD_WATCH, .signature = 1, .is_stalled = true});
	lifecycle_on_news(&operations);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(standin_started, 0);
}
END_TEST

START_TEST(phase_command_that_is_not_declared_is_not_run)
{
	struct operation *operation = begin_phased(false);

	show_phase(LVMPOLLD_STEP, 1, PHASE_UNKNOWN);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_STARTED);
	ck_assert_uint_eq(standin_started, 0);
}
END_TEST

/* Whatever ran before. */
START_TEST(phase_of_lvpoll_is_ended_as_every_lvpoll)
{
	struct operation *operation = begin_lvchange();

	standin_exit(running("lvchange"), 0);
	show_phase(LVMPOLLD_STEP, 2, PHASE_OF_LVPOLL);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert(event_pending(operation->timer, EV_TIMEOUT, NULL));
	ck_assert(!is_on_record("lvm_command_name"));
	show_phase(LVMPOLLD_WATCH, 3, 0);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(phases_have_commands_of_their_own),
		SUITE_TEST(phase_that_stays_is_tried_again_after_a_pause),
		SUITE_TEST(phase_whose_command_fails_is_tried_again_after_a_pause),
		SUITE_TEST(phase_command_is_ended_by_nothing_that_is_seen),
		SUITE_TEST(phase_command_outlives_the_daemon),
		SUITE_TEST(phase_command_is_waited_for_by_an_abort),
		SUITE_TEST(phase_command_is_waited_for_where_its_operation_is_forgotten),
		SUITE_LOOP(phase_command_that_was_forgotten_is_not_gone_on_with, 3),
		SUITE_TEST(phase_command_that_is_asked_for_again_is_not_forgotten),
		SUITE_LOOP(phase_abort_whose_end_is_unknown_is_read_from_the_table,
			SUITE_COUNT(aborted)),
		SUITE_LOOP(phase_abort_that_ended_meanwhile_is_read_from_the_table,
			SUITE_COUNT(aborted)),
		SUITE_TEST(phase_abort_is_not_over_by_another_command),
		SUITE_TEST(phase_abort_that_comes_too_late_has_failed),
		SUITE_TEST(phase_command_that_ends_at_a_stop_is_on_record),
		SUITE_TEST(phase_command_that_cannot_be_adopted_yet_may_be_asked_for_again),
		SUITE_TEST(phases_of_what_is_not_watched_are_waited_for),
		SUITE_TEST(phase_that_has_begun_is_seen_through),
		SUITE_TEST(phases_in_turn_are_tried_again_after_growing_pauses),
		SUITE_TEST(phase_command_of_a_previous_daemon_is_waited_for),
		SUITE_LOOP(phase_command_goes_on_after_an_upgrade, 2),
		SUITE_TEST(phase_command_is_not_run_where_the_table_is_not_understood),
		SUITE_TEST(phase_command_is_not_run_where_nothing_moves),
		SUITE_TEST(phase_command_that_is_not_declared_is_not_run),
		SUITE_TEST(phase_of_lvpoll_is_ended_as_every_lvpoll),
	};

	return suite_run_fixture(
		"lifecycle_phases", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
